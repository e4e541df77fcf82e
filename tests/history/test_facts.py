"""A superuser changes settled facts, and verification reports it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest
from flask import Flask

from grants.cli import init
from grants.db import db
from grants.models import Award
from grants.outside.servers import Postgres
from grants.services.integrity.verifying import books, comparison
from tests import world
from tests.databases import settings_for
from tests.history.conftest import Forge
from tests.history.proof import found, seal_all
from tests.kept import Kept
from tests.prepared import opened, prepared
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def settled(postgres: Postgres, template: str) -> str:
    """A partial grant, signed and half paid, with an approved and a submitted report and a batch at the bank."""
    return prepared(postgres, template, "grants_settled", _fill)


def _fill() -> None:
    made = world.build(programmes=("BTN-L",))
    award = world.awarded(made, given=7_000)
    world.apply(made, award.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
    world.apply(made, award.agreement, "countersign", "pia", Role.APPROVER, name="Pia Demo", read=True)
    world.apply(made, award.agreement, "met", "olga", Role.OFFICER, proof="It is on file.")
    world.paid(made, award)
    world.reported(made, award, 1)
    world.received(made, award, 2)
    batch = world.batch(made, award)
    world.apply(made, batch, "approve", "fox", Role.FINANCE)
    world.apply(made, batch, "release", "fritz", Role.FINANCE)
    world.draft(made, chapter="bo")


@pytest.fixture
def app(postgres: Postgres, reusable: Kept, settled: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a copy of it."""
    with reusable.lent(settled) as name, opened(settings_for(postgres, name, tmp_path)) as program:
        yield program


FOUND = "{} 1 differs from its history."
GONE = "{} is missing. Its history names it."
FORGED = {
    "UPDATE application SET title = 'Another' WHERE id = 1": FOUND.format("application"),
    "UPDATE application SET asked = 9 WHERE id = 1": FOUND.format("application"),
    "UPDATE submission SET sent_by = 1 WHERE id = 1": FOUND.format("submission"),
    "UPDATE submission SET sent_at = sent_at - interval '1 day' WHERE id = 1": FOUND.format("submission"),
    "UPDATE submission SET stage = 'alert' WHERE id = 1": FOUND.format("submission"),
    "UPDATE award_line SET agreed = agreed + CASE position WHEN 0 THEN 1 ELSE -1 END": FOUND.format("award_line"),
    "UPDATE agreement SET signed_name = 'Mallory'": FOUND.format("agreement"),
    "UPDATE award SET ends_on = ends_on + 90": FOUND.format("award"),
    "UPDATE award SET conditions = 'None.'": FOUND.format("award"),
    "UPDATE award SET met_by = 2": FOUND.format("award"),
    "UPDATE report SET summary = 'All went well.'": FOUND.format("report"),
    "UPDATE report SET approved_by = 1 WHERE id = 1": FOUND.format("report"),
    "UPDATE report_figure SET actual = 90": FOUND.format("report_figure"),
    "UPDATE report_spending SET spent = spent + 1": FOUND.format("report_spending"),
    "UPDATE instalment SET amount = amount + 100 WHERE id = 1": FOUND.format("instalment"),
    "UPDATE instalment SET conditions = '{}' WHERE id = 1": FOUND.format("instalment"),
    "UPDATE payment SET amount = amount + 5 WHERE id = 1": FOUND.format("payment"),
    "UPDATE payment SET undone = true WHERE id = 1": FOUND.format("payment"),
    "DELETE FROM payment WHERE id = 2": GONE.format("payment 2"),
    "UPDATE batch SET approved_by = 1 WHERE id = 1": FOUND.format("batch"),
    "UPDATE score SET points = 5 WHERE id = 1": FOUND.format("score"),
    "DELETE FROM score WHERE id = 2": GONE.format("score 2"),
    "UPDATE review SET fund = false": FOUND.format("review"),
    "UPDATE review SET concerns = 'None.'": FOUND.format("review"),
    "UPDATE assignment SET person_id = 1 WHERE id = 1": FOUND.format("assignment"),
    "UPDATE appointment SET role = 'approver' WHERE id = 1": FOUND.format("appointment"),
    "UPDATE appointment SET person_id = 13 WHERE id = 1": FOUND.format("appointment"),
    "UPDATE membership SET organisation_id = 2 WHERE id = 1": FOUND.format("membership"),
    "UPDATE membership SET may_sign = false WHERE id = 1": FOUND.format("membership"),
    "UPDATE membership SET is_contact = false WHERE id = 1": FOUND.format("membership"),
    "UPDATE call SET rules = jsonb_set(rules, '{most}', '\"9\"')": FOUND.format("call"),
}  # fmt: skip
MONEY = {
    "UPDATE instalment SET amount = amount + 100 WHERE id = 1": "its instalments do not add up to its amount.",
    "UPDATE payment SET paid_at = NULL WHERE id = 1": "its payments differ from the ledger.",
    "DELETE FROM payment WHERE id = 2": "its payments differ from the ledger.",
    "UPDATE payment SET amount = amount + 5 WHERE id = 1": "Payment 1: its instalment is not payable",
    "UPDATE instalment SET step = 'planned' WHERE id = 1": "Payment 1: its instalment is not payable",
}


def test_unchanged_data_verify(app: Flask) -> None:
    seal_all(app)

    assert found(app) == []


def rounds() -> list[list[str]]:
    """The forgeries in rounds that change each kind of row once, so that each finding belongs to one forgery."""
    by_kind = [
        [forgery for forgery in FORGED if FORGED[forgery] == finding] for finding in dict.fromkeys(FORGED.values())
    ]
    return [[one for one in made if one] for made in zip_longest(*by_kind)]


@pytest.mark.parametrize("forgeries", rounds(), ids=str)
def test_settled_facts_cannot_be_changed_unnoticed(app: Flask, forge: Forge, forgeries: list[str]) -> None:
    for forgery in forgeries:
        forge(forgery)

    reported = found(app)
    assert [forgery for forgery in forgeries if FORGED[forgery] not in reported] == []


@pytest.mark.parametrize("forgery", MONEY)
def test_payments_missing_from_the_ledger_are_found(app: Flask, forge: Forge, forgery: str) -> None:
    forge(forgery)

    with app.app_context():
        assert any(MONEY[forgery] in str(message) for message in books.payments())
        db.session.remove()


def test_a_draft_may_still_change(app: Flask, forge: Forge) -> None:
    seal_all(app)

    forge("UPDATE draft SET content = '{}', version = version + 1 WHERE application_id = 2")

    assert found(app) == []


def test_a_forged_repayment_is_found(app: Flask, forge: Forge) -> None:
    forge(
        "INSERT INTO repayment (award_id, amount, currency, received_on, reference, by)"
        " VALUES (1, 500, 'USD', '2026-11-22', 'x', 1)"
    )

    assert any(finding.endswith("its repayments differ from the ledger.") for finding in found(app))


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE award SET unused = 1, back_by = '2030-01-01'",
        "UPDATE award SET to_close = true",
        "UPDATE repayment SET reference = 'B-1'",
        "UPDATE repayment SET received_on = received_on - 300",
        "UPDATE repayment SET by = 1",
    ],
)
def test_unspent_and_returned_amounts_cannot_be_changed_unnoticed(app: Flask, forge: Forge, forgery: str) -> None:
    with app.app_context():
        world.returned(world.found(), db.session.query(Award).one(), "10")
    assert found(app) == []

    forge(forgery)

    assert found(app) != []


def test_a_forged_end_of_an_award_is_found(app: Flask, forge: Forge) -> None:
    forge("UPDATE application SET step = 'terminated' WHERE id = 1")

    assert any(
        finding.endswith("its accounts, from committed to returned, do not add up to its amount.")
        for finding in found(app)
    )


POWER = {
    "appointment": "INSERT INTO appointment (id, person_id, role) VALUES ({id}, 13, 'approver')",
    "membership": "INSERT INTO membership (id, person_id, organisation_id) VALUES ({id}, 1, 2)",
    "assignment": "INSERT INTO assignment (id, application_id, submission_id, person_id, stage, due_on, assigned_by,"
    " version) VALUES ({id}, 1, 1, 1, 'proposal', '2030-01-01', 1, 1)",
}


@pytest.mark.parametrize("id", [-1, 0, 900])
@pytest.mark.parametrize("table", POWER)
def test_a_self_granted_role_is_found(app: Flask, forge: Forge, table: str, id: int) -> None:
    forge(POWER[table].format(id=id))

    unbegun = [f"assignment {id} is at step asked; its history says –."] if table == "assignment" else []
    assert found(app) == [*unbegun, f"{table} {id} has no event in the history."]


def test_a_forged_invitation_is_found(app: Flask, forge: Forge) -> None:
    forge(
        "INSERT INTO invitation (id, email, name, role, invited_by, ends_at)"
        " VALUES (900, 'm@example.org', 'M', 'approver', 1, now() + interval '1 day')"
    )

    assert found(app) == ["invitation 900 has no event in the history."]


def test_rows_older_than_their_history_are_recorded_once(app: Flask, forge: Forge) -> None:
    forge("DELETE FROM history; DELETE FROM history_head")
    with app.app_context():
        before = {str(message).split()[0] for message in comparison.problems()}
        init.record_existing()
        db.session.remove()
        assert before >= {*POWER}
        assert [str(message) for message in comparison.problems()] == []
        db.session.remove()
    forge(POWER["appointment"].format(id=900))

    with app.app_context():
        init.record_existing()
        assert [str(message) for message in comparison.problems()] == ["appointment 900 has no event in the history."]
        db.session.remove()
