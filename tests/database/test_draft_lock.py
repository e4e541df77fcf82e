"""A save of a draft locks person, application and draft in the order of the tables, in one statement."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect

from config import Settings
from grants.outside.servers.postgres import plain
from grants.services import locks

Connection = psycopg.Connection[tuple[object, ...]]
COMPILED = locks.DRAFT.compile(dialect=psycopg_dialect.PGDialect_psycopg())  # type: ignore[no-untyped-call]
STATEMENT = str(COMPILED)
IMMEDIATELY = "SELECT 1 FROM {} FOR NO KEY UPDATE NOWAIT"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def ground(small_draft: str) -> str:
    """One draft."""
    return small_draft


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """A connection as the role of the application."""
    with psycopg.connect(plain(settings.database_url)) as connection:
        yield connection
        connection.rollback()


def taken_while_waiting(settings: Settings, statement: str, held: str) -> dict[str, bool]:
    """Which tables the statement has locked while it waits for the row of `held`, which somebody else holds."""
    with connected(settings) as other, connected(settings) as saver, connected(settings) as looking:
        (person,) = other.execute("SELECT created_by FROM application").fetchone() or (0,)
        other.execute(f"SELECT 1 FROM {held} {'WHERE id = ' + str(person) if held == 'person' else ''} FOR UPDATE")
        asked = COMPILED.params | {"application": 1, "person": person}
        thread = threading.Thread(target=lambda: saver.execute(statement.encode(), asked))
        thread.start()
        until = time.monotonic() + 5
        while looking.execute(WAITING).fetchone() == (0,) and time.monotonic() < until:
            looking.rollback()
        found = {}
        for table in {"person", "application", "draft"} - {held}:
            looking.rollback()
            try:
                looking.execute(f"{IMMEDIATELY.format(table)}".encode())
                found[table] = False
            except psycopg.errors.LockNotAvailable:
                found[table] = True
        looking.rollback()
        other.rollback()
        thread.join(5)
        return found


def test_the_locks_are_taken_in_the_order_of_the_tables(settings: Settings) -> None:
    assert taken_while_waiting(settings, STATEMENT, "person") == {"application": False, "draft": False}
    assert taken_while_waiting(settings, STATEMENT, "application") == {"person": True, "draft": False}
    assert taken_while_waiting(settings, STATEMENT, "draft") == {"person": True, "application": True}


def test_in_another_order_the_application_would_be_locked_first(settings: Settings) -> None:
    """Counter-test."""
    share, update = " FOR SHARE OF person", " FOR NO KEY UPDATE OF application, draft"
    turned = STATEMENT.replace(share, "").replace(update, "") + update + share

    assert taken_while_waiting(settings, turned, "person") == {"application": True, "draft": True}
