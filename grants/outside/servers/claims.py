"""Locks that let one process at a time start the servers of an instance.

The kernel releases such a lock when its holder ends for any reason. A process that gets the lock therefore knows
that any server still running has lost its parent and may be stopped.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class Unstartable(Exception):
    """A server cannot be started; the text gives the reason and what to do."""


class NotInstalled(Unstartable):
    """The programs of a server are not installed; the text names the package, and at the end how to install it."""


class AlreadyStarted(Unstartable):
    """Another running process has started this server."""


def claim(path: Path, what: str) -> IO[str]:
    """Lock the file at `path` until the returned file is closed; raises AlreadyStarted."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = held.read().strip() or "another process"
        held.close()
        raise AlreadyStarted(
            f"{what} in {path.parent} is running, started by {holder}. Stop that process first."
        ) from None
    held.truncate(0)
    held.write(f"process {os.getpid()}")
    held.flush()
    return held
