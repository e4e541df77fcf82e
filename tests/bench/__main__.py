"""`python -m tests.bench [letters] [lists] [memory] [earlier]`: measure, print the table, write `instance/bench.json`.

The exit status is 0 whatever the figures are, because a time on one machine says nothing about another. It is 1 if
something failed, such as a missing letter or a page that answers with an error.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

from config import ROOT
from tests.bench import earlier, letters, lists, machine, weights
from tests.bench.figures import Broken, Figure, table
from tests.bench.ground import Ground, ground

PARTS = ("letters", "lists", "memory", "earlier")


def main(wanted: list[str]) -> int:
    """Run the benchmark and return the exit status."""
    parts = wanted or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        print(f"No such part: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.", file=sys.stderr)  # noqa: T201 - output of a command
        return 2
    began = time.monotonic()
    try:
        with ground() as prepared:
            facts = machine.facts(prepared)
            message("\n".join(f"{name:<12} {value}" for name, value in facts.items()))
            found, pages = _measured(prepared, parts)
    except Broken as error:
        print(f"The benchmark failed: {error}", file=sys.stderr)  # noqa: T201 - the same
        return 1
    seconds = round(time.monotonic() - began)
    message(f"\nMeasured in {seconds} seconds.")
    written = {
        "machine": facts,
        "seconds": seconds,
        "figures": [figure.as_json() for figure in found],
        "pages": [asdict(page) for page in pages],
    }
    (ROOT / "instance" / "bench.json").write_text(json.dumps(written, indent=1) + "\n")
    return 0


def _measured(prepared: Ground, parts: list[str]) -> tuple[list[Figure], list[lists.Measured]]:
    """The figures of the requested parts, each printed when it is ready, and each page measured."""
    found: list[Figure] = []
    pages: list[lists.Measured] = []
    if "letters" in parts:
        message("\nPrinting letters …")
        found += shown(letters.measure(prepared))
    if "lists" in parts:
        message(f"\nFilling databases of {lists.SMALL:,} and {lists.LARGE:,} applications, then opening each list …")
        figures, pages = lists.measure(prepared)
        found += shown(figures)
        message("\nEach list\n" + lists.table(pages))
    if "memory" in parts:
        message("\nStarting a web process …")
        found += shown(weights.measure(prepared))
    if "earlier" in parts:
        message(f"\nStarting the release {earlier.RELEASE} and this one …")
        found += shown(earlier.measure())
    return found, pages


def shown(figures: list[Figure]) -> list[Figure]:
    """Print the figures and return them."""
    message(table(figures))
    return figures


def message(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
