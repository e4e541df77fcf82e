"""The database rejects budget lines whose agreed amounts do not add up to the award."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

Urls = Callable[[str], str]
AWARDED = "application_id IN (SELECT application_id FROM award)"
ONE_MORE = (
    "INSERT INTO budget_line (application_id, position, what, category, total, agreed)"
    f" SELECT application_id, 9, 'More', 'other', 5, 5 FROM budget_line WHERE {AWARDED} LIMIT 1"
)


def refused(connection: psycopg.Connection[tuple[int]]) -> str:
    """The name of the constraint that rejects the commit."""
    with pytest.raises(errors.IntegrityError) as error:
        connection.commit()
    return str(error.value.diag.constraint_name)


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE budget_line SET agreed = agreed - 1 WHERE {AWARDED} AND position = 0",
        f"UPDATE budget_line SET agreed = NULL WHERE {AWARDED}",
        "UPDATE award SET amount = amount - 1",
        ONE_MORE,
    ],
)
def test_lines_that_do_not_add_up_to_the_award_are_rejected(own: Urls, change: str) -> None:
    with psycopg.connect(own("grants_app")) as app:
        assert app.execute(change.encode()).rowcount >= 1

        assert refused(app) == "agreed_is_the_award"


def test_a_line_without_a_report_cannot_be_deleted(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        app.execute("DELETE FROM report_spending")
        app.execute(f"DELETE FROM budget_line WHERE {AWARDED}".encode())

        assert refused(app) == "agreed_is_the_award"


def test_money_can_move_from_one_line_to_another(own: Urls) -> None:
    with psycopg.connect(own("grants_app")) as app:
        app.execute(
            f"UPDATE budget_line SET agreed = agreed - 1, total = total + 9 WHERE {AWARDED} AND position = 0".encode()
        )
        app.execute(
            f"UPDATE budget_line SET agreed = agreed + 1, total = total + 9 WHERE {AWARDED} AND position = 1".encode()
        )
        app.commit()

        found = app.execute(f"SELECT count(*) FROM budget_line WHERE {AWARDED} AND agreed = total".encode()).fetchone()
    assert found == (0,)


def test_without_the_guard_wrong_lines_would_be_accepted(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER line_stays_agreed ON budget_line")
        owner.execute("DROP TRIGGER line_is_agreed ON budget_line")
        owner.execute(f"UPDATE budget_line SET agreed = agreed - 1 WHERE {AWARDED} AND position = 0".encode())
        owner.commit()

        missing = owner.execute(
            "SELECT award.amount - (SELECT sum(agreed) FROM budget_line"
            " WHERE budget_line.application_id = award.application_id) FROM award"
        ).fetchone()
    assert missing == (1,)
