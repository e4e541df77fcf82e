"""The whole system as a context manager, for the story, tests and benchmarks."""

from __future__ import annotations

import http.client
import signal
import subprocess
import time
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

import config
from config import ROOT, Settings
from grants.cli.embedded import servers
from grants.cli.up import COMMAND, free_port
from grants.outside.servers import AlreadyStarted, Unstartable, child
from grants.outside.servers.claims import claim

STOP_SECONDS = 120.0
LEAVING_SECONDS = 20.0


class Ended(Exception):
    """The system ended before the block that uses it."""


class System:
    """`grants up` as a child process, which serves pages inside the `with` block.

    With settings.port 0 it takes a free port; `settings` of this object has that port. Raises Unstartable with the end
    of the log if `GET /health` does not return 200 within `seconds`. Raises Ended at the end of the block if the system
    ended before, because this is the cause of any other error in the block.
    """

    def __init__(self, settings: Settings, *, seconds: float = 90.0) -> None:
        self.settings = settings if settings.port else replace(settings, port=free_port())
        self.seconds = seconds
        self._up: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The log of all processes."""
        return self.settings.instance / "log" / "up.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = self._up.poll() if self._up else None
        self.stop()
        if status is not None and (error is None or isinstance(error, Exception)):
            how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
            raise Ended(f"`grants up` {how}, so all processes were stopped. Its log is {self.log}.") from error

    def start(self) -> None:
        """Start everything and wait until the new web server answers, not one left by a killed system."""
        let_leave(self.settings)
        before = self._number("web")
        with child.open_log(self.log) as output:
            begin = output.tell()
            env = config.exported(self.settings) | {"PYTHONUNBUFFERED": "1"}
            self._up = child.spawn([*COMMAND, "up"], env=env, output=output, cwd=ROOT)
        until = time.monotonic() + self.seconds
        while self._number("web") == before or not self.healthy():
            if self._up.poll() is not None or time.monotonic() > until:
                self.stop()
                output_text = self.log.read_bytes()[begin:].decode(errors="replace")
                raise Unstartable(
                    f"The system does not answer at {self.settings.address}. Its log:\n{output_text[-4000:]}"
                )
            time.sleep(0.1)

    def wait(self) -> None:
        """Wait until it ends for any reason."""
        if self._up is not None:
            self._up.wait()

    def stop(self) -> None:
        """Stop all processes in order."""
        if self._up is not None:
            alone = self._up.poll() is not None
            child.stop(self._up, signal.SIGTERM, seconds=STOP_SECONDS)
            self._up = None
            if alone:
                self._end_rest()

    def _end_rest(self) -> None:
        """After `grants up` was killed, wait for its processes, stop those that remain, then stop its servers."""
        numbers = [*(self.settings.instance / "running").glob("*.pid")]
        parts = [int(text) for path in numbers if (text := path.read_text().strip())]
        until = time.monotonic() + LEAVING_SECONDS
        while any(child.runs(part, COMMAND[0]) for part in parts) and time.monotonic() < until:
            time.sleep(0.1)
        for part in parts:
            child.stop_orphan(part, COMMAND[0], signal.SIGTERM, seconds=STOP_SECONDS)
        for path in numbers:
            path.unlink(missing_ok=True)
        for server in servers(self.settings):
            server.end_orphan()

    def pid(self, name: str) -> int:
        """The process id of web, letters, default, relay, cron or mailbox, or of `grants up` itself with `up`."""
        if name == "up" and self._up is not None:
            return self._up.pid
        return int(self._number(name))

    def _number(self, name: str) -> str:
        path = self.settings.instance / "running" / f"{name}.pid"
        return path.read_text() if path.exists() else ""

    def healthy(self) -> bool:
        """Whether `GET /health` returns 200."""
        connection = http.client.HTTPConnection(self.settings.host, self.settings.port, timeout=2)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def let_leave(settings: Settings) -> None:
    """Wait until a system whose parent was killed has stopped; the kernel has sent it SIGTERM."""
    until = time.monotonic() + LEAVING_SECONDS
    while time.monotonic() < until:
        try:
            claim(settings.instance / "up.lock", "The system").close()
        except AlreadyStarted:
            time.sleep(0.1)
        else:
            return
