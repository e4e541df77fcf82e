"""Running a program with an order on its input and an end in any case: it is killed with all processes it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

ERRORS = "errors.txt"


class Ending(Enum):
    """How a program has ended. UNABLE: it says itself, by its status, that this machine cannot do its work now."""

    WELL = auto()
    FAILED = auto()
    OVERDUE = auto()
    KILLED = auto()
    UNABLE = auto()


def run(program: Sequence[str], order: str, folder: Path, seconds: float) -> Ending:
    """Run the program in the folder, without our environment; what it prints as errors goes to a file there."""
    with (folder / ERRORS).open("wb") as errors:
        started = subprocess.Popen(
            program,
            cwd=folder,
            env={"TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            started.communicate(order.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            return Ending.OVERDUE
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()
    return _ending(started.returncode)


def _ending(code: int) -> Ending:
    if code == 0:
        return Ending.WELL
    known = {os.EX_TEMPFAIL: Ending.UNABLE, -signal.SIGXCPU: Ending.OVERDUE, -signal.SIGKILL: Ending.KILLED}
    return known.get(code, Ending.FAILED)
