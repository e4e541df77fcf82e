"""`python -m tests.bench [--runs N] [letters] [lists] [memory] [earlier]`: measure, print, write `instance/bench.json`.

With several runs, each figure is the median of its values in all runs.

The exit status is 0 whatever the figures are, because a time on one machine says nothing about another. It is 1 if
something failed, such as a missing letter or a page that answers with an error.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict

from config import ROOT
from tests.bench import earlier, letters, lists, machine, weights
from tests.bench.figures import Broken, Figure, medians, table
from tests.bench.ground import Ground, ground

PARTS = ("letters", "lists", "memory", "earlier")


def main(arguments: list[str]) -> int:
    """Run the benchmark and return the exit status."""
    command = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the figures of docs/benchmarks.md."
    )
    command.add_argument("parts", nargs="*", metavar="part", help=f"one or more of {', '.join(PARTS)}; all if none")
    command.add_argument("--runs", type=int, default=1, help="how many times each part is measured")
    asked = command.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        command.error(f"No such part: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.")
    began = time.monotonic()
    try:
        with ground() as prepared:
            facts = machine.facts(prepared)
            message("\n".join(f"{name:<12} {value}" for name, value in facts.items()))
            found, pages = _measured(prepared, asked.parts or list(PARTS), asked.runs)
    except Broken as error:
        print(f"The benchmark failed: {error}", file=sys.stderr)  # noqa: T201 - output of a command
        return 1
    seconds = round(time.monotonic() - began)
    message(f"\nMeasured in {seconds} seconds.")
    written = {
        "machine": facts,
        "seconds": seconds,
        "runs": asked.runs,
        "figures": [figure.as_json() for figure in found],
        "pages": [asdict(page) for page in pages],
    }
    (ROOT / "instance" / "bench.json").write_text(json.dumps(written, indent=1) + "\n")
    return 0


def _measured(prepared: Ground, parts: list[str], runs: int) -> tuple[list[Figure], list[lists.Measured]]:
    """The figures of the requested parts, each printed when it is ready, and each page measured."""
    found: list[Figure] = []
    pages: list[lists.Measured] = []
    if "letters" in parts:
        message("\nPrinting letters …")
        found += shown(medians([letters.measure(prepared, f"letters_{run}") for run in range(runs)]))
    if "lists" in parts:
        message(f"\nFilling databases of {lists.SMALL:,} and {lists.LARGE:,} applications, then opening each page …")
        figures, pages = lists.measure(prepared, runs)
        found += shown(figures)
        message("\nEach page\n" + lists.table(pages))
    if "memory" in parts:
        message("\nStarting a web process …")
        found += shown(medians([weights.measure(prepared, f"weights_{run}") for run in range(runs)]))
    if "earlier" in parts:
        message(f"\nStarting the release {earlier.RELEASE} and this one …")
        found += shown(medians(earlier.measure(runs)))
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
