"""One child process of `grants up`: its log, its process id file and its end."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config import ROOT
from grants.outside.servers import child


@dataclass
class Process:
    """A command that runs as long as the supervisor.

    It writes to its own log, which the supervisor reads, so it never waits for the supervisor. patience: seconds it
    may take to finish its work after it was told to stop.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    instance: Path
    patience: float = 10.0
    _child: subprocess.Popen[bytes] | None = None
    _signalled_at: float | None = None
    _read_to: int | None = None

    @property
    def log(self) -> Path:
        """The log of all its runs."""
        return self.instance / "log" / f"{self.name}.log"

    @property
    def number(self) -> Path:
        """The file with its process id, for the next start and for operators."""
        return self.instance / "running" / f"{self.name}.pid"

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start it and write its process id."""
        self.end_orphan()
        self.number.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._signalled_at = None
        with child.open_log(self.log) as output:
            end = output.tell()
            self._read_to = end if self._read_to is None else min(self._read_to, end)
            self._child = child.spawn(self.argv, env=self.env, output=output, cwd=ROOT)
        self.number.write_text(f"{self._child.pid}\n")

    def end_orphan(self) -> None:
        """Stop the process that a killed `grants up` may have left."""
        if not self.running and self.number.exists() and (left := self.number.read_text().strip()):
            child.stop_orphan(int(left), " ".join(self.argv[1:]), signal.SIGTERM, seconds=5)

    def tell(self) -> None:
        """Send SIGTERM, once only: a second signal makes an RQ worker abandon its job."""
        if self.running and self._child and self._signalled_at is None:
            self._signalled_at = time.monotonic()
            self._child.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Send SIGTERM, wait for its patience, then kill it."""
        self.tell()
        if self._child is not None:
            left = (self._signalled_at or 0.0) + self.patience - time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(max(left, 0.0))
            child.stop(self._child, seconds=5)
            self.number.unlink(missing_ok=True)

    def lines(self) -> Iterator[str]:
        """The complete lines that it has written since the last call."""
        read_to = self._read_to or 0
        with self.log.open("rb") as log:
            log.seek(read_to)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                read_to += len(line)
                self._read_to = read_to
                yield line.decode(errors="replace").rstrip()
        if read_to > child.LOG_BYTES:
            self._begin_log_again()

    def _begin_log_again(self) -> None:
        """Copy the full log to `<name>.1` and empty it in place, because the process keeps writing to the same file."""
        shutil.copyfile(self.log, self.log.with_name(self.log.name + ".1"))
        with self.log.open("r+b") as log:
            log.truncate(0)
        self._read_to = 0
