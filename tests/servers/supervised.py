"""A supervisor over four small processes: `python -m tests.servers.supervised FOLDER PATIENCE [untied]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grants.cli.process import Process
from grants.cli.supervisor import Supervisor
from grants.cli.up import log
from grants.outside.servers import child

SLEEPS = "import time; print('begun', flush=True); time.sleep(600)"
ENDS = "print('short of memory', flush=True); raise SystemExit(3)"
WORKS = """
import signal, sys, time
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(time.monotonic()))
print("begun", flush=True)
while not asked:
    time.sleep(0.01)
time.sleep(0.7)
print("the letter is done", flush=True)
"""


def main(folder: str, patience: str, *untied: str) -> None:
    """Run until told to stop."""
    if untied:
        vars(child)["_prctl"] = None
    instance, env = Path(folder), dict(os.environ)

    def python(name: str, code: str) -> Process:
        return Process(name, (sys.executable, "-c", code), env, instance, patience=float(patience))

    stages = [[python("mailbox", WORKS)], [python("letters", WORKS), python("web", SLEEPS), python("broken", ENDS)]]
    Supervisor([], stages, log).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
