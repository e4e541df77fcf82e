"""A process that starts a server and waits to be killed: `python -m tests.servers.starter Postgres FOLDER [untied]`.

With `untied`, the server gets no signal when the starter dies, as on systems without PR_SET_PDEATHSIG.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from grants.outside.servers import Postgres, Valkey, child


def main(kind: str, instance: str, *untied: str) -> None:
    """Start the server, report it, and wait."""
    if untied:
        vars(child)["_prctl"] = None
    server = {"Postgres": Postgres, "Valkey": Valkey}[kind](Path(instance))
    server.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
