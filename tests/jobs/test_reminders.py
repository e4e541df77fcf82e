"""Reminders: over a whole grant each is sent once, and none about what is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, today, transaction
from grants.jobs import clock
from grants.models import Assignment, Award, Outbox, Reminder, Report
from grants.queries import reminders as waiting
from grants.services import reminders
from grants.services.reviews import assignments
from tests import world
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.roles import Role
from workflows.mails.reminders import SCHEDULES, Kind

pytestmark = pytest.mark.sweep

DAY = 86_400
Sent = list[tuple[str, int]]


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A complete draft in BTN-S, whose call closes after 30 days."""

    def fill() -> None:
        made = world.build(programmes=("BTN-S",))
        world.draft(made, code="BTN-S", amount=2_000)

    return prepare("reminders", fill)


def noted() -> Sent:
    """The reminders that were sent, in their order."""
    db.session.remove()
    return [(row.kind, row.days) for row in db.session.query(Reminder).order_by(Reminder.id)]


def mails() -> list[str]:
    """The names of the people with a reminder in the outbox, one for each mail."""
    texts = {one.text for each in SCHEDULES.values() for one in (each.before, each.after) if one}
    rows = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)
    names = {person.id: name for name, person in world.found().people.items()}
    stored: list[Any] = [row.args for row in rows]
    return [names[args["person"]] for args in stored if args["text"]["text"] in texts]


def pass_days(settings: Settings, days: int, step: int = 1) -> Sent:
    """So many days pass, with a tick of the clock every few days, and another on the last; what was sent meanwhile."""
    before = len(noted())
    for _ in range(0, days, step):
        advance(settings, step * DAY)
        clock.tick()
    clock.tick()
    return noted()[before:]


def jump_to(settings: Settings, day: date) -> None:
    """The clock is not started before this day."""
    db.session.remove()
    advance(settings, (day - today()).days * DAY)


def expected(kind: Kind, *days: int) -> Sent:
    """These reminders of a kind; all of them by default."""
    return [(kind, number) for number in days or SCHEDULES[kind].days]


def test_over_a_whole_grant_each_reminder_is_sent_once(app: Flask, settings: Settings) -> None:
    with app.app_context():
        made, row = world.found(), world.first()
        assert pass_days(settings, 22, 11) == []
        assert pass_days(settings, 7) == expected(Kind.DRAFT)
        row = world.first()
        world.apply(made, row, "submit", "mg1", Role.APPLICANT)
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        assert pass_days(settings, 4) == expected(Kind.ANSWER)
        row = world.first()
        world.apply(made, row, "answer", "mg1", Role.APPLICANT, reply="The chapter owns the mast.")
        world.passed(made, row)
        world.scored(made, row, "rex")
        assert pass_days(settings, 20, 2) == expected(Kind.REVIEW)
        world.apply(made, db.session.query(Assignment).one(), "send", "rex", Role.REVIEWER)
        world.review(made, world.first(), ("ria", "rob"))
        _award(made, settings)
        _report(made, settings)

        assert pass_days(settings, 40, 4) == []
        assert len(mails()) == 2 * len([kind for kind, _ in noted() if kind != Kind.REVIEW]) + 3


def _award(made: world.World, settings: Settings) -> None:
    """The award, signed and with its condition met late."""
    row = world.first()
    world.apply(made, row, "award", "omar", Role.OFFICER, amount=row.asked, conditions="A permit.")
    award = world.award_of(row)
    starts_on = award.starts_on
    assert pass_days(settings, 22, 2) == expected(Kind.SIGNATURE)
    world.signed(made, db.session.query(Award).one())
    assert pass_days(settings, (starts_on - today()).days + 9, 2) == expected(Kind.CONDITION, -7, 7)
    award = db.session.query(Award).one()
    world.apply(made, award.agreement, "met", "olga", Role.OFFICER, proof="The permit was granted.")
    world.paid(made, db.session.query(Award).one())


def _report(made: world.World, settings: Settings) -> None:
    """The last report, and the unspent funds, both late."""
    due_on = db.session.query(Report).one().due_on
    jump_to(settings, due_on)
    advance(settings, -31 * DAY)
    assert pass_days(settings, 31 + 15, 2) == expected(Kind.REPORT)
    award = db.session.query(Award).one()
    world.reported(made, award, 1, used="0.5")
    assert pass_days(settings, 30 + 16, 2) == expected(Kind.REPAYMENT)
    award = db.session.query(Award).one()
    world.returned(made, award, str(award.unused))


def test_what_is_done_has_no_reminder(app: Flask, settings: Settings) -> None:
    with app.app_context():
        assert pass_days(settings, 22, 11) == []
        world.apply(world.found(), world.first(), "submit", "mg1", Role.APPLICANT)

        assert pass_days(settings, 10, 2) == []


def test_after_an_outage_of_a_week_the_last_one_is_sent_once(app: Flask, settings: Settings) -> None:
    with app.app_context():
        assert pass_days(settings, 22, 11) == []
        advance(settings, 6 * DAY)

        assert pass_days(settings, 1) == [("draft", -1)]
        assert mails() == ["mg1", "mg2"]


def test_two_clocks_at_once_send_it_once(app: Flask, settings: Settings) -> None:
    begin = threading.Barrier(2)

    def tick() -> None:
        with app.app_context():
            begin.wait()
            clock.tick()

    advance(settings, 24 * DAY)
    clocks = [threading.Thread(target=tick) for _ in range(2)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()

    with app.app_context():
        assert noted() == [("draft", -7)]
        assert mails() == ["mg1", "mg2"]


def _twice(app: Flask, settings: Settings, between: Callable[[], object]) -> list[str]:
    """Two clocks have found the same reminder, and send it one after the other."""
    advance(settings, 24 * DAY)
    with app.app_context():
        [one] = waiting.due()
        for act in (lambda: reminders.send(one), between, lambda: reminders.send(one)):
            with transaction():
                act()
            db.session.remove()
        return mails()


def test_a_reminder_that_was_found_twice_is_sent_once(app: Flask, settings: Settings) -> None:
    assert _twice(app, settings, lambda: None) == ["mg1", "mg2"]


def test_without_its_note_it_would_be_sent_twice(app: Flask, settings: Settings) -> None:
    """Counter-test."""
    forget: Callable[[], object] = lambda: db.session.query(Reminder).delete()  # noqa: E731 - one expression

    assert _twice(app, settings, forget) == ["mg1", "mg2"] * 2


def test_a_reminder_whose_thing_is_done_meanwhile_is_not_sent(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(settings, 24 * DAY)
    with app.app_context():
        [one] = waiting.due()
        world.apply(world.found(), world.first(), "submit", "mg1", Role.APPLICANT)
        with transaction():
            reminders.send(one)
        assert mails() == []

        monkeypatch.setattr(waiting, "due", lambda **_: [one])  # counter-test
        with transaction():
            reminders.send(one)
        assert mails() == ["mg1", "mg2"]


def test_a_reviewer_who_has_declined_has_none(app: Flask, settings: Settings) -> None:
    with app.app_context():
        made, row = world.found(), world.first()
        world.apply(made, row, "submit", "mg1", Role.APPLICANT)
        world.passed(made, row)
        with transaction():
            officer = made.actor("olga", Role.OFFICER)
            invited = assignments.assign(application=row, reviewer=made.people["rex"], actor=officer)
        world.apply(made, invited, "decline", "rex", Role.REVIEWER, reason="I have no time for it.")

        assert pass_days(settings, 20, 2) == []
