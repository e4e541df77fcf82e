"""A deadline that is extended at the very instant of a submission or of closing: one comes first, and both are true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Call, Event
from grants.queries import cases
from grants.services import calls, locking, transitions
from grants.services.effects import Context
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.money.racing import DONE, ROUNDS, Command, together, unlock
from tests.money.test_judging import Meeting
from tests.prepared import Prepare
from workflows.engine.effects import Effect
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

WHY = "The power was off in the whole region."


@pytest.fixture(scope="session")
def late(prepare: Prepare) -> str:
    """A complete draft in an open call whose deadline has passed."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L",))
        world.draft(made)
        with transaction() as session:
            call = session.get_one(Call, made.calls["BTN-L"].id)
            locking.hold(call)
            call.closes_at = now() - timedelta(hours=1)
            world.recorded()

    return prepare("late_draft", fill)


def officer(key: str, name: str) -> Command:
    """An officer extends or closes the call, read before the others begin."""

    def read() -> Callable[[], object]:
        made = world.found()
        call, actor = made.calls["BTN-L"], made.actor(name, Role.OFFICER)
        answers = {"until": now() + timedelta(days=2), "reason": WHY} if key == "extend" else None
        _ = call.step
        db.session.commit()
        return lambda: transitions.apply(call, key, actor=actor, answers=answers)

    return read


def submit() -> Callable[[], object]:
    """The chapter submits its draft, with the call in its session as it was before."""
    made = world.found()
    row, actor = db.session.query(Application).one(), made.actor("mg1", Role.APPLICANT, made.chapters["mg"])
    _ = row.call.closes_at
    db.session.commit()
    return lambda: transitions.apply(row, "submit", actor=actor)


def outcome(app: Flask) -> tuple[str, bool]:
    """The step of the call, and whether a deadline was extended after the call had closed."""
    with app.app_context():
        numbers = {event.key: event.id for event in db.session.query(Event).order_by(Event.id)}
        return db.session.query(Call).one().step, numbers.get("extend", 0) > numbers["close"]


def extending(app: Flask, meeting: Meeting) -> tuple[str, bool]:
    """Olga extends the deadline while Omar closes the call."""
    extended, closed = together(app, [officer("extend", "olga"), meeting.other(officer("close", "omar"))])
    assert closed == DONE
    assert extended == DONE or isinstance(extended, Refused)
    return outcome(app)


def test_no_deadline_is_extended_after_the_call_has_closed(
    copies: Copies, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(late) as app, monkeypatch.context() as patch:
            assert extending(app, Meeting(patch, cases, "of")) == ("closed", False)


def whatever_version(call: Call, context: Context) -> Any:
    """Extend the deadline, whatever version of the call was read; the version is a second safeguard."""
    db.session.refresh(call, ["version"])
    return calls.extend(call, context)


def test_without_the_lock_the_deadline_of_a_closed_call_would_be_extended(
    copies: Copies, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    monkeypatch.setitem(transitions.EFFECTS, Effect.EXTEND_CALL, whatever_version)
    with copies(late) as app:
        assert extending(app, Meeting(monkeypatch, cases, "of", longest=10))[1] is True


def submitted(app: Flask, meeting: Meeting) -> object:
    """The chapter submits while Olga extends the deadline; she comes first, and what becomes of the submission."""
    extended, sent = together(app, [officer("extend", "olga"), meeting.other(submit)])
    assert extended == DONE
    return sent


def test_a_submission_counts_with_the_deadline_that_holds_when_it_is_judged(
    copies: Copies, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROUNDS):
        with copies(late) as app, monkeypatch.context() as patch:
            assert submitted(app, Meeting(patch, cases, "of")) == DONE


def test_without_the_lock_a_submission_would_be_refused_by_the_old_deadline(
    copies: Copies, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(monkeypatch)
    with copies(late) as app:
        assert isinstance(submitted(app, Meeting(monkeypatch, cases, "of")), Refused)
