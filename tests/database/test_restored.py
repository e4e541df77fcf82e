"""Numbers of transactions start anew in a restored cluster; the stamp of a row does not fit there.

The entries here bear the numbers of the transactions that come next, as after a restore into a new cluster.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

from tests.database.test_ledger_guards import POSTING
from tests.database.test_steps import MOVED

pytestmark = pytest.mark.sweep

TRIES = 60
COVERED = 6_000
"""Numbers of coming transactions that old rows bear; the other test processes use some of them meanwhile."""
Urls = Callable[[str], str]
COMING = "generate_series(pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint + %s) n"
RESTORED = f"INSERT INTO entry (id, kind, stamp) SELECT 100000 + n, 'test', %s || ':' || n FROM {COMING}"
EVENTS = f"""
    INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, step_to, said, previous,
        hash, xact, stamp)
    SELECT 'probe', 1, n, now(), 'clock', 'test', 'test', 'application', 2, 'withdrawn', '{{}}',
        repeat('0', 64), repeat('0', 64), n, %s || ':' || n
    FROM {COMING}"""


def restored(urls: Urls, statement: str, cluster: str) -> None:
    """Insert rows of another cluster whose numbers are those of the transactions to come."""
    with psycopg.connect(urls("postgres"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement.encode(), [cluster, COVERED])


def here(urls: Urls) -> str:
    """The number of this cluster."""
    with psycopg.connect(urls("grants_app")) as app:
        return str((app.execute("SELECT system_identifier FROM pg_control_system()").fetchone() or [""])[0])


def joined(urls: Urls) -> int:
    """How many of TRIES transactions add a balanced pair to an old entry whose number is their own."""
    done = 0
    with psycopg.connect(urls("grants_app"), autocommit=True) as app:
        for _ in range(TRIES):
            try:
                with app.transaction():
                    entry = app.execute("SELECT 100000 + pg_current_xact_id()::text::bigint").fetchone()
                    assert entry is not None
                    for kind, amount in (("envelope", 1), ("available", -1)):
                        app.execute(POSTING, [entry[0], amount, "USD", kind])
            except errors.ForeignKeyViolation:
                continue
            done += 1
    return done


def test_no_posting_joins_an_old_entry_after_a_restore(own: Urls) -> None:
    restored(own, RESTORED, "7000000000000000001")

    assert joined(own) == 0


def test_with_the_number_of_the_transaction_alone_every_posting_would_join(own: Urls) -> None:
    restored(own, RESTORED, here(own))

    assert joined(own) == TRIES


def moved(urls: Urls) -> int:
    """How many of TRIES transactions change a step without an event of their own."""
    done = 0
    with psycopg.connect(urls("grants_app"), autocommit=True) as app:
        for _ in range(TRIES):
            try:
                with app.transaction(force_rollback=True):
                    app.execute(MOVED["application"].encode())
                    app.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except errors.IntegrityConstraintViolation:
                continue
            done += 1
    return done


def test_no_step_changes_with_an_old_event_after_a_restore(own: Urls) -> None:
    restored(own, EVENTS, "7000000000000000001")

    assert moved(own) == 0


def test_with_the_number_of_the_transaction_alone_old_events_would_count(own: Urls) -> None:
    restored(own, EVENTS, here(own))

    assert moved(own) == TRIES
