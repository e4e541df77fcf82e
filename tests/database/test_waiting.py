"""The database itself computes whether an instalment waits for a batch, whichever program writes."""

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
    """Which of the two instalments, both paid, wait for a batch."""
    return [
        int(str(row[0])) for row in connection.execute("SELECT id FROM instalment WHERE waits ORDER BY id").fetchall()
    ]


def test_a_paid_instalment_does_not_wait(connect: Connect) -> None:
    with connect("grants_app") as app:
        assert waiting(app) == []


@pytest.mark.parametrize("how", TAKEN_OUT)
def test_an_instalment_removed_from_its_batch_waits_again(connect: Connect, how: str) -> None:
    with connect("grants_owner") as app:
        app.execute(TAKEN_OUT[how].encode())

        assert waiting(app) == [2]


def test_an_instalment_in_a_batch_does_not_wait(connect: Connect) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT["undone"].encode())
        app.execute(PUT_IN)

        assert waiting(app) == []


def test_a_planned_instalment_waits_from_the_date_it_is_payable(connect: Connect) -> None:
    with connect("grants_owner") as app:
        app.execute(TAKEN_OUT["deleted"].encode())
        app.execute("UPDATE instalment SET step = 'planned' WHERE id = 2")
        planned = waiting(app)
        app.execute("UPDATE instalment SET step = 'payable' WHERE id = 2")

        assert (planned, waiting(app)) == ([], [2])


@pytest.mark.parametrize("claimed", ["true", "false"])
def test_a_value_written_directly_does_not_count(connect: Connect, claimed: str) -> None:
    with connect("grants_app") as app:
        app.execute(TAKEN_OUT["undone"].encode())
        app.execute(f"UPDATE instalment SET waits = {claimed}".encode())

        assert waiting(app) == [2]


@pytest.mark.parametrize(("trigger", "table"), [("instalment_waits", "instalment"), ("payment_takes", "payment")])
def test_without_either_trigger_the_value_would_be_wrong(connect: Connect, trigger: str, table: str) -> None:
    with connect("grants_owner") as owner:
        owner.execute(f"DROP TRIGGER {trigger} ON {table}")
        owner.execute(TAKEN_OUT["undone"].encode())

        assert waiting(owner) == []
