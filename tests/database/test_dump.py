"""A real dump, restored into a new cluster whose transactions have the numbers of the old ones once more.

Every transaction tries to add to the entry, and to use the event, that the old transaction with its number has written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import errors

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.database.test_ledger_guards import ENTRY, POSTING
from tests.database.test_steps import MOVED
from tests.databases import copied
from tests.dumps import coming, dump, new_cluster, restore, use_up
from tests.money.racing import ROUNDS

pytestmark = pytest.mark.system

TRIES = 3_000 if ROUNDS > 10 else 200
UNGUARDED = 50
"""How many further tries the counter-test makes."""
FIRST = 3_000
"""A new cluster has used fewer numbers than this after a restore in one transaction."""
EVENT = """
    INSERT INTO history
        (subject, subject_id, number, at, role, via, key, about, about_id, step_to, said, previous, hash)
    VALUES ('probe', 1, %s, now(), 'clock', 'test', 'test', 'application', 2, 'withdrawn', '{}',
        repeat('0', 64), repeat('0', 64))"""
STAMPED = """
    UPDATE {} SET stamp = (SELECT system_identifier FROM pg_control_system()) || ':' || split_part(stamp, ':', 2)"""
Connection = psycopg.Connection[tuple[int]]


@dataclass(frozen=True)
class Restored:
    """The restored database. url: as grants_app. entries: the old entries by the number of their transaction."""

    url: str
    superuser: str
    entries: dict[int, int]


@pytest.fixture(scope="module")
def restored(postgres: Postgres, filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    """A database with one entry and one event in each of many transactions, restored into a new cluster."""
    folder = tmp_path_factory.mktemp("dump")
    for name in copied(postgres, filled, f"dumped_{os.getpid()}"):
        with psycopg.connect(plain(postgres.url("grants_app", name)), autocommit=True) as app:
            use_up(app, max(FIRST - coming(app), 0))
            entries = dict(written(app, number) for number in range(1, TRIES + UNGUARDED + 1))
        path = dump(postgres.url("grants_read", name), folder / "grants.dump")
    with new_cluster(folder / "new") as cluster:
        restore(cluster, path, "grants")
        yield Restored(plain(cluster.url("grants_app")), plain(cluster.url("postgres")), entries)


def written(app: Connection, number: int) -> tuple[int, int]:
    """Write an entry and an event in one transaction; returns its number and the id of the entry.

    The numbers that follow are left to the savepoints of the tries.
    """
    with app.transaction():
        [entry] = app.execute(ENTRY).fetchone() or (0,)
        for kind, amount in (("envelope", 1), ("available", -1)):
            app.execute(POSTING, [entry, amount, "USD", kind])
        app.execute(EVENT, [number])
        [xid] = app.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
    use_up(app, 3)
    return xid, entry


def joined(app: Connection, entry: int) -> None:
    """Add a balanced pair to an old entry."""
    for kind, amount in (("envelope", 1), ("available", -1)):
        app.execute(POSTING, [entry, amount, "USD", kind])
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")


def moved(app: Connection, _: int) -> None:
    """Change a step without an event."""
    app.execute(MOVED["application"].encode())
    app.execute("SET CONSTRAINTS ALL IMMEDIATE")


def succeeded(app: Connection, attempt: Callable[[Connection, int], None], entry: int) -> bool:
    """Whether the attempt succeeds; it is undone."""
    try:
        with app.transaction(force_rollback=True):
            attempt(app, entry)
    except errors.IntegrityError:
        return False
    return True


def tried(restored: Restored, count: int) -> tuple[int, int, int]:
    """How many transactions with the number of an old one were tried, joined its entry, and used its event."""
    outcome = [0, 0, 0]
    with psycopg.connect(restored.url, autocommit=True) as app:
        begin = coming(app)
        for xid in [xid for xid in restored.entries if xid >= begin][:count]:
            use_up(app, xid - coming(app))
            with app.transaction(force_rollback=True):
                assert app.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() == (xid,)
                results = [succeeded(app, attempt, restored.entries[xid]) for attempt in (joined, moved)]
            outcome = [sum(each) for each in zip(outcome, [1, *results], strict=True)]
    return outcome[0], outcome[1], outcome[2]


@pytest.mark.timeout(900)  # every try looks at all old events of one application
def test_after_a_restore_no_posting_joins_an_old_entry_and_no_step_uses_an_old_event(restored: Restored) -> None:
    assert tried(restored, TRIES) == (TRIES, 0, 0)


def test_if_the_stamp_were_the_number_alone_every_try_would_succeed(restored: Restored) -> None:
    """Counter-test, with the last of the old transactions: all stamps name this cluster, as if they named none."""
    with psycopg.connect(restored.superuser) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("entry", "posting", "history"):
            superuser.execute(STAMPED.format(table).encode())

    assert tried(restored, UNGUARDED) == (UNGUARDED, UNGUARDED, UNGUARDED)
