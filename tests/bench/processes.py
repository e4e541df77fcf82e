"""Costs of processes, read from /proc: seconds of processor time and resident memory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Broken

TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024.0


def family(root: int) -> list[int]:
    """The process and all its living descendants."""
    parents = {pid: int(stat[1]) for pid in _running() if (stat := _stat(pid))}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def children(pid: int) -> list[int]:
    """The living processes that it has started."""
    return [child for child in _running() if (stat := _stat(child)) and int(stat[1]) == pid]


def cpu_seconds(*roots: int) -> float:
    """Processor seconds of these processes and all their descendants, living and ended, in user and kernel mode."""
    stats = [stat for root in roots for pid in family(root) if (stat := _stat(pid))]
    return sum(int(ticks) for stat in stats for ticks in stat[11:15]) / TICKS


def resident(pid: int, line: str = "VmRSS") -> float:
    """Resident memory in MiB: VmRSS for now, VmHWM for the maximum; 0 for a process that has ended."""
    try:
        for found in Path(f"/proc/{pid}/status").read_text().splitlines():
            if found.startswith(f"{line}:"):
                return int(found.split()[1]) / MIB
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return 0.0


def until(
    true: Callable[[], bool],
    what: str,
    *,
    seconds: float = 120.0,
    pause: float = 0.02,
    meanwhile: Callable[[], object] = int,
) -> None:
    """Wait until the condition is true; raises Broken with its description. meanwhile: called between two checks."""
    end = time.monotonic() + seconds
    while not true():
        meanwhile()
        if time.monotonic() > end:
            raise Broken(f"{what} did not come within {seconds:.0f} seconds.")
        time.sleep(pause)


def _running() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields from the state on: 1 is the parent, 11 to 14 are times of the process and its ended children."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
