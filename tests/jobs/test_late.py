"""Time limits are judged when the row is held: a list that was read earlier, or no tick at all, changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from config import Settings
from grants.db import db
from grants.jobs import clock
from grants.models import Application, Event, Outbox
from grants.queries import overdue
from grants.services.refusals import Refused
from tests import world
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from workflows.cases import ApplicationCase
from workflows.engine import flow as engine
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

HOUR, DAY = 3_600, 86_400
QUESTION, ALERT = 1, 2


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An open question in BTN-L (application 1) and an alert in DRR (application 2)."""

    def fill() -> None:
        made = world.build(programmes=("BTN-L", "DRR"))
        asked, alert = world.draft(made), world.draft(made, code="DRR", chapter="bo")
        world.apply(made, asked, "submit", "mg1", Role.APPLICANT)
        world.apply(made, asked, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        world.apply(made, alert, "alert", "bo1", Role.APPLICANT)

    return prepare("late", fill)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine without its guard of time limits."""
    monkeypatch.setattr(engine, "_too_early", lambda *_: None)


def two_ticks_with_one_list(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """An alert is overdue, and a second clock read its list before the first one acted; (reminders, their mails)."""
    advance(settings, 13 * HOUR)
    with app.app_context():
        before = db.session.query(Outbox).count()
        read_earlier = overdue.transitions()
        clock.tick()
        monkeypatch.setattr(overdue, "transitions", lambda *, only=None: [] if only else read_earlier)
        clock.tick()
        reminders = db.session.query(Event).filter_by(key="late_triage").count()
        return reminders, db.session.query(Outbox).count() - before


def test_a_second_clock_with_an_older_list_reminds_nobody_again(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_ticks_with_one_list(app, settings, monkeypatch) == (1, 1)


@pytest.mark.usefixtures("unlimited")
def test_unguarded_the_deputy_gets_two_mails(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert two_ticks_with_one_list(app, settings, monkeypatch) == (2, 2)


def a_new_question_and_an_older_list(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The question is answered and another one asked after the clock has read its list; the step after the tick."""
    advance(settings, 5 * DAY - 600)
    with app.app_context():
        made = world.found()
        row = db.session.get_one(Application, QUESTION)
        world.apply(made, row, "answer", "mg1", Role.APPLICANT, answer="The school owns it.")
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="And who pays for it?")
        monkeypatch.setattr(overdue, "transitions", lambda **_: [(QUESTION, "no_answer")])
        clock.tick()
        return db.session.get_one(Application, QUESTION).step


def test_a_question_asked_a_moment_ago_is_not_closed(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert a_new_question_and_an_older_list(app, settings, monkeypatch) == "question"


@pytest.mark.usefixtures("unlimited")
def test_unguarded_a_question_asked_a_moment_ago_is_closed(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert a_new_question_and_an_older_list(app, settings, monkeypatch) == "checks"


def answer_after(app: Flask, settings: Settings, days: int) -> str:
    """The applicant answers so many days after the question, while no clock has run; the step afterwards."""
    advance(settings, days * DAY)
    with app.app_context():
        row = db.session.get_one(Application, QUESTION)
        world.apply(world.found(), row, "answer", "mg1", Role.APPLICANT, answer="The school owns it.")
        return row.step


def test_an_answer_after_its_deadline_is_refused_with_the_deadline(app: Flask, settings: Settings) -> None:
    with app.app_context():
        until = db.session.get_one(Application, QUESTION).step_at + timedelta(days=5)

    with pytest.raises(Refused) as refused:
        answer_after(app, settings, 40)

    assert [(reason.text, reason.values) for reason in refused.value.reasons] == [
        ("The deadline was %(at)s. We are continuing with your existing submission.", {"at": until})
    ]


def test_unguarded_an_answer_is_accepted_five_weeks_late(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ApplicationCase, "time_limit_ends_at", lambda *_, **__: None)

    assert answer_after(app, settings, 40) == "checks"


def test_a_reminder_does_not_hide_the_delay(app: Flask, settings: Settings) -> None:
    with app.app_context():
        reached = db.session.get_one(Application, ALERT).step_at
    advance(settings, 14 * HOUR)

    with app.app_context():
        olga = signed_in(app, world.found().people["olga"])
        assert clock.tick() == 1
        assert db.session.get_one(Application, ALERT).step_at == reached

    assert "hour 15 of 12" in olga.get(f"/applications/{ALERT}").page.text


def test_the_next_reminder_comes_after_another_limit(app: Flask, settings: Settings) -> None:
    taken = []
    for hours in (13, 11, 2, 11, 2):
        advance(settings, hours * HOUR)
        with app.app_context():
            taken.append(clock.tick())

    assert taken == [1, 0, 1, 0, 1]
