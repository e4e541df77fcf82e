"""A PostgreSQL with its databases in memory.

A database has 700 files; creating and dropping them on a disk takes ten times as long.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, on systems that have one
ENOUGH = 1 << 30
"""Free memory needed, in bytes. A database takes 8 MB, and fewer than fifty exist at the same time."""


class InMemory(Postgres):
    """The PostgreSQL of a test run; on a machine with too little memory its databases stay on the disk."""

    def start(self) -> None:
        """Start the server and reserve memory."""
        super().start()
        if not MEMORY.is_dir():
            return
        clear()
        if shutil.disk_usage(MEMORY).free < ENOUGH:
            return
        folder().mkdir(mode=0o700)
        self.home.give(folder())
        as_superuser(self).execute(sql.SQL("CREATE TABLESPACE memory LOCATION {}").format(str(folder())))

    def stop(self) -> None:
        """Stop the server and release the memory."""
        super().stop()
        shutil.rmtree(folder(), ignore_errors=True)

    def take_in(self, database: str) -> None:
        """Move a database without connections into memory, if memory was reserved; its copies will be in memory too."""
        server = as_superuser(self)
        if server.execute("SELECT 1 FROM pg_tablespace WHERE spcname = 'memory'").fetchone():
            server.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE memory").format(sql.Identifier(database)))


@cache
def as_superuser(postgres: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    """The connection of this test process to the server; it is closed with the server."""
    return psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True)


def folder() -> Path:
    """The folder of the databases of a server that this process has started."""
    return MEMORY / f"grants-tests-{os.getpid()}"


def clear() -> None:
    """Remove what killed test runs have left."""
    for left in MEMORY.glob("grants-tests-*"):
        if left == folder() or not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
