"""Whether an instalment waits for a batch is worked out by the database, whoever writes what."""

from __future__ import annotations

import pytest

from tests.database.conftest import Connect, Connection

TAKEN_OUT = {
    "undone": "UPDATE payment SET undone = true WHERE instalment_id = 2",
    "deleted": "DELETE FROM payment WHERE instalment_id = 2",
    "moved": "DELETE FROM payment WHERE instalment_id = 1;"
    " UPDATE payment SET instalment_id = 1 WHERE instalment_id = 2",
}
PUT_IN = (
    "INSERT INTO payment (batch_id, instalment_id, amount, currency)"
    " SELECT batch.id, instalment.id, amount, 'USD' FROM batch, instalment WHERE instalment.id = 2"
)


def waiting(connection: Connection) -> list[int]:
    """Which of the two instalments, both of them paid, wait for a batch."""
    return [
        int(str(row[0])) for row in connection.execute("SELECT id FROM instalment WHERE waits ORDER BY id").fetchall()
    ]


def test_what_is_paid_does_not_wait(connect: Connect) -> None:
    with connect("grants_app") as app:
        assert waiting(app) == []


@pytest.mark.parametrize("how", TAKEN_OUT)
def test_what_comes_out_of_its_batch_waits_again(connect: Connect, how: str) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT[how].encode())

        assert waiting(app) == [2]


def test_what_is_put_into_a_batch_waits_no_longer(connect: Connect) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT["undone"].encode())
        app.execute(PUT_IN)

        assert waiting(app) == []


def test_what_is_planned_waits_from_the_day_it_is_payable(connect: Connect) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT["deleted"].encode())
        app.execute("UPDATE instalment SET step = 'planned' WHERE id = 2")
        planned = waiting(app)
        app.execute("UPDATE instalment SET step = 'payable' WHERE id = 2")

        assert (planned, waiting(app)) == ([], [2])


@pytest.mark.parametrize("claimed", ["true", "false"])
def test_what_somebody_writes_into_it_does_not_count(connect: Connect, claimed: str) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT["undone"].encode())
        app.execute(f"UPDATE instalment SET waits = {claimed}".encode())

        assert waiting(app) == [2]


@pytest.mark.parametrize(("trigger", "table"), [("instalment_waits", "instalment"), ("payment_takes", "payment")])
def test_without_either_trigger_it_would_be_wrong(connect: Connect, trigger: str, table: str) -> None:
    with connect("grants_owner") as owner:
        owner.execute(f"DROP TRIGGER {trigger} ON {table}")
        owner.execute(TAKEN_OUT["undone"].encode())

        assert waiting(owner) == []
