"""A review that its author takes back by declaring a conflict does not carry the application to the panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, Assignment, Event
from grants.queries import cases
from grants.services import transitions
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together, unlock
from tests.money.test_judging import Meeting, transition
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def reviewed(prepare: Prepare, in_review: str) -> str:
    """An application with exactly the three reviews that it needs."""
    return prepare("exactly_reviewed", lambda: world.review(world.found(), world.first()), in_review)


def conflict() -> Callable[[], object]:
    """Rex declares a conflict of interest after he has submitted his review."""
    made = world.found()
    row = db.session.query(Assignment).filter_by(person_id=made.people["rex"].id).one()
    _ = row.application.step, row.person.name
    db.session.commit()
    rex = made.actor("rex", Role.REVIEWER)
    return lambda: transitions.apply(row, "conflict", actor=rex, answers={"money": True})


def carried(app: Flask, meeting: Meeting) -> tuple[str, bool]:
    """To the panel while Rex declares; returns the step, and whether the panel began with too few reviews."""
    moved, declared = together(app, [transition("to_panel"), meeting.other(conflict)])
    assert declared == DONE
    assert moved == DONE or isinstance(moved, Refused)
    with app.app_context():
        numbers = {event.key: event.number for event in db.session.query(Event).order_by(Event.id)}
        step = db.session.query(Application).one().step
    return step, numbers.get("to_panel", 0) > numbers["conflict"]


def test_a_review_that_is_taken_back_does_not_carry_to_the_panel(
    copies: Copies, reviewed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(reviewed) as app, monkeypatch.context() as patch:
            assert carried(app, Meeting(patch, cases, "of")) == ("panel", False)


def test_without_the_lock_the_panel_would_begin_with_too_few_reviews(
    copies: Copies, reviewed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(reviewed) as app:
        assert carried(app, Meeting(monkeypatch, cases, "of", longest=10)) == ("panel", True)
