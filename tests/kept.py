"""Databases that are used again: what a test has changed in the rows is undone, in half the time that a copy takes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from grants.outside.servers import Postgres
from tests import reused
from tests.contents import Content, Superuser, restore, superuser, taken
from tests.databases import copied

MOST = 3
"""So many of them are kept by a test process, because connections to each are open."""
_numbers = itertools.count()
BUSY = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND xact_start IS NOT NULL)"
)
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Database:
    """A database, its content at first, and what then distinguished its schema. connected: as the superuser."""

    name: str
    connected: Superuser
    start: Content
    schema: Rows

    def put_back(self) -> bool:
        """Undo every change of rows; False if more than rows was changed, or if somebody still holds some."""
        try:
            if schema(self.connected) != self.schema or busy(self.connected):
                return False
            restore(self.connected, self.start)
        except psycopg.errors.LockNotAvailable:
            return False
        return True


CATALOGUES = (
    *("pg_attrdef", "pg_attribute", "pg_class", "pg_constraint", "pg_default_acl", "pg_index", "pg_namespace"),
    *("pg_proc", "pg_sequence", "pg_trigger", "pg_type"),
)
SETTINGS = (
    "SELECT 'settings', count(*), 0 FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase"
    " WHERE datname = current_database()"
)
SCHEMA = " UNION ALL ".join(
    [f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}" for name in CATALOGUES] + [SETTINGS]
)
"""The number of rows in each catalogue, and the newest transaction that has changed one."""


def schema(connection: Superuser) -> Rows:
    """What is different after every change of the schema of the database."""
    found = connection.execute(SCHEMA.encode()).fetchall()
    connection.commit()
    return found


def busy(connection: Superuser) -> bool:
    """Whether somebody else is in a transaction on the database."""
    found = connection.execute(BUSY.encode()).fetchone() == (True,)
    connection.commit()
    return found


@contextmanager
def restorable(postgres: Postgres, source: str, name: str) -> Iterator[Database]:
    """A copy of `source` whose rows can be put back."""
    for _ in copied(postgres, source, name):
        with superuser(postgres, name) as connected:
            connected.execute("SET lock_timeout = '2s'")
            connected.commit()
            yield Database(name, connected, taken(connected), schema(connected))


class Kept:
    """The copies that were used last; one that nobody uses is used again."""

    def __init__(self, postgres: Postgres, forget: Callable[[str], None]) -> None:
        self.postgres, self.forget = postgres, forget
        self._idle: dict[str, tuple[Database, ExitStack]] = {}

    @contextmanager
    def lent(self, source: str) -> Iterator[str]:
        """The name of a database with the content of `source`."""
        database, made = self._idle.pop(source) if source in self._idle else self._new(source)
        try:
            yield database.name
        finally:
            if database.put_back():
                self._idle[source] = database, made
                self._close(len(self._idle) - MOST)
            else:
                self._end(database, made)

    def _new(self, source: str) -> tuple[Database, ExitStack]:
        made = ExitStack()
        name = f"{reused.KEPT}{os.getpid()}_{next(_numbers)}"
        return made.enter_context(restorable(self.postgres, source, name)), made

    def _close(self, count: int) -> None:
        for source in [*self._idle][: max(count, 0)]:
            self._end(*self._idle.pop(source))

    def _end(self, database: Database, made: ExitStack) -> None:
        self.forget(database.name)
        made.close()

    def close(self) -> None:
        """Drop all of them."""
        self._close(len(self._idle))


@pytest.fixture(scope="session")
def reusable(postgres: Postgres) -> Iterator[Kept]:
    """The databases that this test process uses again."""
    databases = Kept(postgres, reused.forget)
    yield databases
    databases.close()
