"""A PostgreSQL whose databases stand in memory: to make and drop their 700 files on a disk takes ten times as long."""

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
"""Bytes that must be free in it; a database takes 8 MB, and fewer than fifty stand at once."""


class InMemory(Postgres):
    """The server of a test run; on a machine without enough memory its databases stand on the disk, as elsewhere."""

    def start(self) -> None:
        """Start, and set memory aside."""
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
        """Stop, and give the memory back."""
        super().stop()
        shutil.rmtree(folder(), ignore_errors=True)

    def take_in(self, database: str) -> None:
        """Move a database that nobody uses into memory, if some was set aside; its copies will stand there too."""
        server = as_superuser(self)
        if server.execute("SELECT 1 FROM pg_tablespace WHERE spcname = 'memory'").fetchone():
            server.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE memory").format(sql.Identifier(database)))


@cache
def as_superuser(postgres: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    """The connection of this test process to the server itself; it ends with the server."""
    return psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True)


def folder() -> Path:
    """Where the databases of a server that this process has started stand."""
    return MEMORY / f"grants-tests-{os.getpid()}"


def clear() -> None:
    """Give back what killed runs have left."""
    for left in MEMORY.glob("grants-tests-*"):
        if left == folder() or not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
