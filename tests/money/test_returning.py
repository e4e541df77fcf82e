"""Repayments are recorded once, and an award is either signed or ended, never both."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, today
from grants.models import Agreement, Application, Award
from grants.queries.money import awards
from grants.services import transitions
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, together
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

ROUNDS = 5


@pytest.fixture(scope="session")
def paid(prepare: Prepare, active: str) -> str:
    """A grant of 10,000 of which 6,000 are paid."""
    return prepare("half_paid", lambda: world.paid(world.found(), world.award_of(world.first())), active)


@pytest.fixture(scope="session")
def half_signed(prepare: Prepare, in_review: str) -> str:
    """An award signed by the grantee only."""

    def fill() -> None:
        made = world.found()
        award = world.decided(made, world.first(), conditions="")
        world.apply(made, award.agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)

    return prepare("half_signed", fill, in_review)


def returning(name: str, amount: int) -> Callable[[], Callable[[], None]]:
    """A finance officer records a repayment of this amount."""

    def read() -> Callable[[], None]:
        row, actor = db.session.query(Agreement).one(), world.found().actor(name, Role.FINANCE)
        given = {"amount": Decimal(amount), "day": today(), "reference": name}
        db.session.rollback()
        return lambda: transitions.apply(row, "returned", actor=actor, answers=given)

    return read


def test_two_people_cannot_record_more_than_was_paid(copies: Copies, paid: str) -> None:
    for _ in range(ROUNDS):
        with copies(paid) as app:
            outcomes = together(app, [returning("fay", 4_000), returning("fox", 4_000)])
            with app.app_context():
                award = db.session.query(Award).one().id
                assert awards.held([award])[award].returned == Decimal(4_000)
            assert sorted(map(type, outcomes), key=str) == sorted([str, Refused], key=str)


def signing() -> Callable[[], None]:
    """The approver Pia countersigns."""
    row, actor = db.session.query(Agreement).one(), world.found().actor("pia", Role.APPROVER)
    db.session.rollback()
    return lambda: transitions.apply(row, "countersign", actor=actor, answers={"name": "Pia Demo", "read": True})


def leaving() -> Callable[[], None]:
    """The chapter declines the award."""
    found = world.found()
    row, actor = db.session.query(Application).one(), found.actor("mg1", Role.APPLICANT, found.chapters["mg"])
    db.session.rollback()
    return lambda: transitions.apply(row, "turn_down", actor=actor, answers={"reason": ""})


def test_an_award_is_either_signed_or_ended(copies: Copies, half_signed: str) -> None:
    for _ in range(ROUNDS):
        with copies(half_signed) as app:
            outcomes = together(app, [signing, leaving])

            assert outcomes.count(DONE) == 1
            assert stands(app) in ({"active", "signed", "payable"}, {"withdrawn"})


def stands(app: Flask) -> set[str]:
    """The steps of application, agreement and first instalment."""
    with app.app_context():
        award = db.session.query(Award).one()
        return {award.application.step, award.agreement.step, award.instalments[0].step}
