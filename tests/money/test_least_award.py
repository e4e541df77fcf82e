"""The smallest award, and a row that is named twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import ConstraintViolated, db, transaction
from grants.models import Application, Award, Event
from grants.queries import cases
from grants.services import transitions
from grants.services.refusals import Refused
from tests import world as w
from tests.prepared import Prepare
from workflows.engine.roles import Role


@pytest.fixture(scope="session")
def tiny(prepare: Prepare) -> str:
    """An application recommended for the least amount that both instalments of BTN-L can pay."""

    def fill() -> None:
        made = w.build(programmes=("BTN-L",))
        row = w.in_review(made)
        w.review(made, row)
        w.apply(made, row, "to_panel", "olga", Role.OFFICER)
        w.apply(made, row, "recommend", "omar", Role.OFFICER, kind="award", amount=Decimal("0.03"), conditions="")

    return prepare("tiny_award", fill)


def award(amount: str) -> None:
    """Pia awards so much."""
    row = db.session.query(Application).one()
    w.apply(w.found(), row, "award", "pia", Role.APPROVER, amount=Decimal(amount), conditions="")


@pytest.mark.ground("tiny")
def test_an_award_pays_every_instalment(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(Refused, match="so that no instalment is zero"):
            award("0.01")

        award("0.03")

        assert [one.amount for one in db.session.query(Award).one().instalments] == [Decimal("0.02"), Decimal("0.01")]


@pytest.mark.ground("tiny")
def test_without_the_rule_the_database_breaks_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the approver saw an error page and no reason."""
    monkeypatch.setattr(cases.calls, "least", lambda *_: Decimal(0))
    with app.app_context(), pytest.raises(ConstraintViolated, match="pays_something"):
        award("0.01")


@pytest.mark.ground("submitted")
def test_a_row_that_is_named_twice_changes_once(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.query(Application).one()
        w.check(made, row)

        with transaction():
            transitions.apply([row, row], "pass", actor=made.actor("omar", Role.OFFICER))

        assert db.session.query(Event).filter_by(key="pass").count() == 1
