"""A role that ends at the very instant of an invitation or a review: one of the two comes first, and both are true."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.db import db
from grants.models import Application, Appointment, Assignment, Event
from grants.queries import cases
from grants.services import persons, transitions
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, together, unlock
from tests.money.test_judging import Meeting
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


def dismiss() -> Callable[[], object]:
    """Ada ends Ron's role."""
    made = world.found()
    held = db.session.query(Appointment).filter_by(person_id=made.people["ron"].id).one()
    _ = held.person.name
    db.session.commit()
    return lambda: persons.dismiss(held, actor=made.actor("ada", Role.ADMINISTRATOR), apply=transitions.apply)


def send() -> Callable[[], object]:
    """Ron submits his review."""
    assignment = db.session.query(Assignment).one()
    actor, review = world.found().actor("ron", Role.REVIEWER), assignment.review
    assert review is not None
    _ = assignment.person.name, review.scores
    db.session.commit()
    return lambda: transitions.apply(assignment, "send", actor=actor)


def invite() -> Callable[[], object]:
    """Olga invites Ron."""
    made = world.found()
    row, ron = db.session.query(Application).one(), made.people["ron"]
    _ = row.call.programme
    db.session.commit()
    return lambda: assignments.assign(application=row, reviewer=ron, actor=made.actor("olga", Role.OFFICER))


def open_without_role(app: Flask) -> int:
    """The number of open assignments of people who are not appointed any more."""
    with app.app_context():
        rows = db.session.query(Assignment).filter(Assignment.step.in_(("asked", "ready")))
        return sum(not load_principal(one.person).covers(Role.REVIEWER, one.application.call_id) for one in rows)


def events(app: Flask) -> dict[str, int]:
    """The id of the newest event of each key."""
    with app.app_context():
        return {event.key: event.id for event in db.session.query(Event).order_by(Event.id)}


def reviewing(app: Flask, meeting: Meeting) -> tuple[str, bool, int]:
    """Ron submits while his role ends: what became of his review, if that was after his role, and what is left open."""
    sent, ended = together(app, [send, meeting.other(dismiss)])
    assert ended == DONE
    assert sent == DONE or isinstance(sent, Refused)
    with app.app_context():
        state = db.session.query(Assignment).one().step
    keys = events(app)
    return state, keys.get("send", 0) > keys["dismiss"], open_without_role(app)


def test_no_review_is_submitted_after_the_role_has_ended(
    copies: Copies, scored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(scored) as app, monkeypatch.context() as patch:
            assert reviewing(app, Meeting(patch, cases, "together")) == ("sent", False, 0)


def test_no_review_is_submitted_when_the_end_of_the_role_comes_first(
    copies: Copies, scored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(scored) as app, monkeypatch.context() as patch:
            meeting = Meeting(patch, persons, "sign_out_everywhere")
            ended, sent = together(app, [dismiss, meeting.other(send)])

            assert ended == DONE
            assert isinstance(sent, Refused)
            assert open_without_role(app) == 0


def test_without_the_lock_a_review_would_be_submitted_after_the_role_has_ended(
    copies: Copies, scored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the role leaves the assignment open here, because its version is a second safeguard."""
    unlock(monkeypatch)
    monkeypatch.setattr(assignments, "release", lambda *_, **__: None)
    with copies(scored) as app:
        assert reviewing(app, Meeting(monkeypatch, cases, "together", longest=10)) == ("sent", True, 0)


def inviting(app: Flask, meeting: Meeting) -> int:
    """Olga invites Ron while his role ends; returns the open assignments that are left without a role."""
    invited, ended = together(app, [invite, meeting.other(dismiss)])
    assert ended == DONE
    assert invited == DONE or isinstance(invited, Refused)
    return open_without_role(app)


def test_no_invitation_outlives_the_role(copies: Copies, in_review: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ROUNDS):
        with copies(in_review) as app, monkeypatch.context() as patch:
            assert inviting(app, Meeting(patch, assignments, "unfit")) == 0


def test_without_the_lock_an_invitation_would_outlive_the_role(
    copies: Copies, in_review: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(in_review) as app:
        assert inviting(app, Meeting(monkeypatch, assignments, "unfit", longest=10)) == 1
