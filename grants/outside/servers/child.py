"""Child processes that end with their parent, and a way to stop those that did not.

On Linux the kernel signals a child when its parent dies (PR_SET_PDEATHSIG). On other systems, and in the moment
before this is set, a child may survive; the next start finds it by its process id and command line.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from grants.outside.servers.home import Account

PR_SET_PDEATHSIG = 1
LOG_BYTES = 10_000_000

_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    output: int | IO[bytes],
    account: Account | None = None,
    at_our_death: signal.Signals = signal.SIGTERM,
    cwd: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """Start `argv` in a new session, so that Ctrl-C reaches it only through this process.

    The kernel treats the calling *thread* as the parent: call this from a thread that lives as long as the child
    should, and from a single-threaded process, because Python code runs between fork and exec.
    """
    return subprocess.Popen(
        [str(part) for part in argv],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_tie(at_our_death),  # noqa: PLW1509 - only prctl ties a child to its parent, and it must run in the child
    )


def run(
    argv: Sequence[str | Path], *, env: Mapping[str, str], account: Account | None = None, seconds: float | None = 10.0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return its output; raises TimeoutExpired after `seconds`."""
    return subprocess.run(
        [str(part) for part in argv],
        cwd="/",
        env=dict(env),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def _tie(at_our_death: signal.Signals) -> Callable[[], None]:
    starter = os.getpid()

    def tie() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # a blocked SIGTERM would be inherited
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, int(at_our_death), 0, 0, 0)
        if os.getppid() != starter:
            os._exit(1)

    return tie


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; a log larger than 10 MB is first renamed to `<name>.1`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return path.open("ab")


def stop(child: subprocess.Popen[bytes], *signals: signal.Signals, seconds: float) -> None:
    """Send the signals in turn, `seconds` apart, until the child has ended; the last one is SIGKILL."""
    for each in (*signals, signal.SIGKILL):
        if child.poll() is not None:
            return
        child.send_signal(each)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)


def stop_orphan(pid: int, mark: str, *signals: signal.Signals, seconds: float) -> None:
    """Stop a process that is not a child in the same way, if `mark` is in its command line."""
    for each in (*signals, signal.SIGKILL):
        if not runs(pid, mark):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, each)
        until = time.monotonic() + seconds
        while runs(pid, mark) and time.monotonic() < until:
            time.sleep(0.02)


def runs(pid: int, mark: str) -> bool:
    """Whether process `pid` runs and has `mark` in its command line, so that a reused process id does not count."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        try:
            return mark in proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return False
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return mark in listed.stdout
