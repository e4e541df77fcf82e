"""A site of one release that answers requests for pages with their times. Started by `earlier`.

Run as `python timed.py SIZE` in the folder of the release, with the interpreter of its environment. After the line
`ready`, each line of input is a person and an address; each line of output is `[milliseconds, statements]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from grants.web import create_app
from tests.bench import lists, seeding
from tests.bench.ground import ground


def main(size: int) -> None:
    """Answer until the input ends."""
    with ground() as made:
        app = create_app(made.database("timed"))
        site = lists.Site(app, seeding.fill(app, size))
        print("ready", flush=True)  # noqa: T201 - read through a pipe
        for line in sys.stdin:
            name, address = line.split()
            with lists.statements() as sent:
                took, _ = site.get(name, address)
            print(json.dumps([took * 1_000, len(sent)]), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main(int(sys.argv[1]))
