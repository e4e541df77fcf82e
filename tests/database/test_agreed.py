"""The database rejects budget lines whose agreed amounts do not add up to the award."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors

Urls = Callable[[str], str]
ONE_MORE = (
    "INSERT INTO award_line (award_id, position, what, category, total, agreed)"
    " SELECT award_id, 9, 'More', 'other', 5, 5 FROM award_line LIMIT 1"
)


def refused(connection: psycopg.Connection[tuple[int]]) -> str:
    """The name of the constraint that rejects the commit."""
    with pytest.raises(errors.IntegrityError) as error:
        connection.commit()
    return str(error.value.diag.constraint_name)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE award_line SET agreed = agreed - 1 WHERE position = 0",
        "UPDATE award_line SET agreed = 0",
        "UPDATE award SET amount = amount - 1",
        ONE_MORE,
    ],
)
def test_lines_that_do_not_add_up_to_the_award_are_rejected(own: Urls, change: str) -> None:
    with psycopg.connect(own("grants_app")) as app:
        assert app.execute(change.encode()).rowcount >= 1

        assert refused(app) == "agreed_is_the_award"


def test_a_line_without_a_report_cannot_be_deleted(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DELETE FROM report_spending")
        owner.execute("DELETE FROM award_line")

        assert refused(owner) == "agreed_is_the_award"


def test_money_can_move_from_one_line_to_another(own: Urls) -> None:
    with psycopg.connect(own("grants_owner"), autocommit=True) as owner:
        owner.execute("UPDATE award_line SET total = total + 9")
    with psycopg.connect(own("grants_app")) as app:
        app.execute("UPDATE award_line SET agreed = agreed - 1 WHERE position = 0")
        app.execute("UPDATE award_line SET agreed = agreed + 1 WHERE position = 1")
        app.commit()

        found = app.execute("SELECT count(*) FROM award_line WHERE agreed = total").fetchone()
    assert found == (0,)


def test_without_the_guard_wrong_lines_would_be_accepted(own: Urls) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("DROP TRIGGER line_is_agreed ON award_line")
        owner.execute("UPDATE award_line SET agreed = agreed - 1 WHERE position = 0")
        owner.commit()

        missing = owner.execute(
            "SELECT amount - (SELECT sum(agreed) FROM award_line WHERE award_id = award.id) FROM award"
        ).fetchone()
    assert missing == (1,)
