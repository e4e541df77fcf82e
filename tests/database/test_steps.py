"""A step can change only together with an event of the same transaction, whichever program writes it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

MOVED = {
    "application": "UPDATE application SET step = 'withdrawn' WHERE id = 2",
    "assignment": "UPDATE assignment SET step = 'withdrawn' WHERE id = 1",
    "agreement": "UPDATE agreement SET step = 'countersign' WHERE id = 1",
    "instalment": "UPDATE instalment SET step = CASE step WHEN 'planned' THEN 'payable' ELSE 'planned' END"
    " WHERE id = 1",
    "report": "UPDATE report SET step = 'received' WHERE id = 1",
    "call": "UPDATE call SET step = 'closed' WHERE id = 1",
    "verification": "UPDATE verification SET step = 'refused', note = 'x', by = 1 WHERE id = 1",
    "batch": "UPDATE batch SET step = 'released' WHERE id = 1",
}
BAIT = (
    "CREATE TEMP TABLE history AS SELECT 'application'::text AS about, 2 AS about_id, 'withdrawn'::text AS step_to,"
    " grants_stamp() AS stamp"
)
EVENT = (
    "INSERT INTO history"
    " (subject, subject_id, number, at, role, via, key, about, about_id, step_to, said, previous, hash)"
    " SELECT 'probe', 1, 1, now(), 'clock', 'test', 'test', '{0}', id, step, '{{}}',"
    " repeat('0', 64), repeat('0', 64) FROM {0} WHERE id = {1}"
)
Urls = Callable[[str], str]


def row_of(table: str) -> int:
    """The row that MOVED changes."""
    return 2 if table == "application" else 1


@pytest.mark.parametrize("table", MOVED)
@pytest.mark.parametrize("role", ["grants_app", "grants_owner"])
def test_a_step_change_without_an_event_is_rejected_at_commit(own: Urls, table: str, role: str) -> None:
    with psycopg.connect(own(role)) as connection:
        connection.execute(MOVED[table].encode())

        with pytest.raises(errors.IntegrityConstraintViolation) as refused:
            connection.commit()

    assert refused.value.diag.constraint_name == f"{table}_step_has_its_event"


@pytest.mark.parametrize("table", MOVED)
def test_a_step_change_with_its_event_is_committed(own: Urls, table: str) -> None:
    with psycopg.connect(own("grants_app")) as connection:
        connection.execute(MOVED[table].encode())
        connection.execute(EVENT.format(table, row_of(table)).encode())
        connection.commit()

        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


@pytest.mark.parametrize("table", MOVED)
def test_without_its_trigger_a_step_could_change_without_an_event(own: Urls, table: str) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute(f"DROP TRIGGER {table}_step_moved ON {table}")

    with psycopg.connect(own("grants_app")) as connection:
        before = recorded_and_stored(connection, table)
        connection.execute(MOVED[table].encode())
        connection.commit()
        reported, stored = recorded_and_stored(connection, table)

    assert stored != before[1], "the step has changed"
    assert reported == before[0], "and no event tells of it"


def recorded_and_stored(connection: psycopg.Connection[tuple[object, ...]], table: str) -> tuple[object, object]:
    """How many events there are of the row that MOVED moves, and its step."""
    asked = "SELECT (SELECT count(*) FROM history WHERE about = '{0}' AND about_id = {1}), step FROM {0} WHERE id = {1}"
    found = connection.execute(asked.format(table, row_of(table)).encode()).fetchone()
    assert found is not None
    return found[0], found[1]


def test_an_event_of_an_earlier_transaction_does_not_count(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as connection:
        connection.execute(MOVED["application"].encode())
        connection.execute(EVENT.format("application", 2).encode())
        connection.commit()
        connection.execute("UPDATE application SET step = 'draft' WHERE id = 2")
        connection.execute(EVENT.format("application", 2).replace("1, 1,", "1, 2,").encode())
        connection.commit()
        connection.execute(MOVED["application"].encode())

        with pytest.raises(errors.IntegrityConstraintViolation):
            connection.commit()


def test_a_forged_stamp_does_not_count(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as forger, psycopg.connect(own("grants_app")) as mover:
        stamp = mover.execute("SELECT grants_stamp()").fetchone()
        assert stamp is not None
        forged = EVENT.replace("said, previous", "stamp, said, previous").replace(
            "step, '{{}}'", f"'withdrawn', '{stamp[0]}', '{{{{}}}}'"
        )
        forger.execute(forged.format("application", 2).encode())
        forger.commit()
        mover.execute(MOVED["application"].encode())

        with pytest.raises(errors.IntegrityConstraintViolation):
            mover.commit()


def test_a_temporary_table_of_the_same_name_does_not_deceive_the_guard(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as connection:
        connection.execute(BAIT)
        connection.execute(MOVED["application"].encode())

        with pytest.raises(errors.IntegrityConstraintViolation):
            connection.commit()


def test_with_the_search_path_of_the_session_the_guard_would_be_deceived(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("ALTER FUNCTION step_has_its_event RESET search_path")

    with psycopg.connect(own("grants_app")) as connection:
        connection.execute(BAIT)
        connection.execute(MOVED["application"].encode())
        connection.commit()

        assert connection.execute("SELECT step FROM public.application WHERE id = 2").fetchone() == ("withdrawn",)


@pytest.mark.parametrize("table", ["instalment", "batch"])
def test_a_new_row_without_an_event_is_rejected(own: Urls, table: str) -> None:
    columns = {
        "instalment": "award_id, number, amount, conditions, version",
        "batch": "number, fund_id, prepared_by, version",
    }[table]
    values = {
        "instalment": "award_id, number + 50, amount, conditions, 1",
        "batch": "number || 'x', fund_id, prepared_by, 1",
    }[table]

    with psycopg.connect(own("grants_app")) as connection:
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = 1".encode())

        with pytest.raises(errors.IntegrityConstraintViolation) as refused:
            connection.commit()

    assert refused.value.diag.constraint_name == f"{table}_step_has_its_event"
