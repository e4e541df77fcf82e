"""A role ends on its day: it no longer counts, the clock ends what it gave, and mails announce it once each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import BindParameter, bindparam

from config import Settings
from grants.access import ties
from grants.access.principals import load_principal
from grants.db import db, today, transaction
from grants.jobs import clock
from grants.models import Appointment, Assignment, ClockFailure, Event, Invitation, Outbox, Person
from grants.services import acceptances, appointments, invitations, persons
from grants.services.effects import Apply
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import signed_in
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role

pytestmark = pytest.mark.sweep

DAY = 86_400
LENGTH = 40
"""How many days after its first day each role of these tests ends."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Nia reviews until a day, with an open invitation; Odo is an officer until that day."""
    return prepare("role_ends", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    row = w.in_review(world)
    with transaction():
        for name, role in (("nia", Role.REVIEWER), ("odo", Role.OFFICER)):
            persons.appoint(w.person(name), role, ends_on=today() + timedelta(days=LENGTH), actor=w.SYSTEM)
    with transaction():
        assignments.assign(application=row, reviewer=named("nia"), actor=world.actor("olga", Role.OFFICER))


def named(name: str) -> Person:
    """The person with this name."""
    return db.session.query(Person).filter_by(email=f"{name}@example.org").one()


def roles(name: str) -> set[Role]:
    """The roles of which permissions take account."""
    return set(load_principal(named(name)).roles)


def ended(app: Flask) -> list[bool]:
    """Whether each role with an end date has ended."""
    with app.app_context():
        held = db.session.query(Appointment).filter(Appointment.ends_on.is_not(None)).order_by(Appointment.id)
        return [one.ended_at is not None for one in held]


def tick(app: Flask) -> None:
    """One tick of the clock."""
    with app.app_context():
        clock.tick()


def test_a_role_counts_until_its_day_begins_even_if_the_clock_is_late(app: Flask, settings: Settings) -> None:
    advance(settings, (LENGTH - 1) * DAY)
    with app.app_context():
        before = roles("nia"), roles("odo")
    advance(settings, DAY)
    with app.app_context():
        after = roles("nia"), roles("odo")

    assert before == ({Role.REVIEWER}, {Role.OFFICER})
    assert after == (set(), set())
    assert ended(app) == [False, False]


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the end date out of what ties people to calls."""
    monkeypatch.setattr(ties, "IN_FORCE", Appointment.ended_at.is_(None))
    among: BindParameter[int] = bindparam("people", expanding=True)
    monkeypatch.setattr(ties, "TIES", ties._ties(lambda column: column.in_(among)))  # noqa: SLF001


def link(name: str) -> None:
    """A command of this person as an officer."""
    actor = Actor(person=named(name).id, role=Role.OFFICER, via="test")
    with transaction():
        persons.set_up_link(named("rex"), actor=actor)


def test_a_command_of_a_role_that_is_over_is_refused(app: Flask, settings: Settings) -> None:
    advance(settings, LENGTH * DAY)

    with app.app_context(), pytest.raises(Refused, match="no longer have the role"):
        link("odo")


def test_without_the_date_the_command_would_succeed(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    advance(settings, LENGTH * DAY)
    as_before(monkeypatch)

    with app.app_context():
        link("odo")
        assert db.session.query(Event).filter_by(subject="person", key="link").count() == 1


def test_a_page_of_a_role_that_is_over_is_refused(app: Flask, settings: Settings) -> None:
    with app.app_context():
        odo = named("odo")
    before = signed_in(app, odo).get("/applications").status_code
    advance(settings, LENGTH * DAY)

    assert (before, signed_in(app, odo).get("/applications").status_code) == (200, 403)


def test_the_clock_ends_the_role_with_what_it_gave(app: Flask, settings: Settings) -> None:
    tick(app)
    early = ended(app)
    advance(settings, LENGTH * DAY)

    tick(app)

    assert (early, ended(app)) == ([False, False], [True, True])
    with app.app_context():
        steps = [one.step for one in db.session.query(Assignment)]
        event = db.session.query(Event).filter_by(about="appointment", key="dismiss").order_by(Event.id).first()
    assert steps == ["released"]
    assert event is not None
    assert (event.role, event.via) == ("clock", "clock")


def test_a_role_that_cannot_be_ended_stops_no_other_and_is_recorded(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(settings, LENGTH * DAY)
    real = appointments.end_over
    with app.app_context():
        first = db.session.query(Appointment).filter(Appointment.ends_on.is_not(None)).order_by(Appointment.id).first()
        assert first is not None
        broken = first.id

    def end(id: int, *, apply: Apply) -> None:
        if id == broken:
            raise KeyError(id)
        real(id, apply=apply)

    monkeypatch.setattr(appointments, "end_over", end)

    tick(app)

    assert ended(app) == [False, True]
    with app.app_context():
        assert [row.task for row in db.session.query(ClockFailure)] == [f"role {broken}"]
        ada = named("ada")
    assert "Ending of roles that have reached their end date" in signed_in(app, ada).get("/failures").page.text
    monkeypatch.setattr(appointments, "end_over", real)
    advance(settings, 61)
    tick(app)
    assert ended(app) == [True, True]
    with app.app_context():
        assert db.session.query(ClockFailure).count() == 0


def mails(app: Flask) -> list[str]:
    """Recipient and subject of the queued mails about roles that end, in the order of recipients."""
    with app.app_context():
        rows = db.session.query(Outbox).filter(Outbox.kind == "mail").order_by(Outbox.id)
        found = [
            (db.session.get_one(Person, int(str(one.args["person"]))).name, str(one.args["subject"])) for one in rows
        ]
        return sorted(name for name, subject in found if "nds on %(day)s" in subject)


def test_reminders_are_mailed_once_each_to_the_person_and_the_administrators(app: Flask, settings: Settings) -> None:
    counts = []
    for days in (9, 1, 0, 10, 13, 0, 5):
        advance(settings, days * DAY)
        tick(app)
        tick(app)
        counts.append(len(mails(app)))

    assert counts == [0, 4, 4, 4, 8, 8, 8]
    assert mails(app)[:4] == ["Ada (demo)"] * 4
    assert mails(app)[4:] == ["Nia (demo)"] * 2 + ["Odo (demo)"] * 2


def test_a_late_clock_sends_only_the_last_reminder(app: Flask, settings: Settings) -> None:
    advance(settings, (LENGTH - 3) * DAY)
    tick(app)

    assert len(mails(app)) == 4


def test_a_role_given_for_a_few_days_is_not_announced_at_once(app: Flask) -> None:
    with app.app_context(), transaction():
        persons.appoint(named("rex"), Role.AUDITOR, ends_on=today() + timedelta(days=5), actor=w.SYSTEM)
    tick(app)

    assert mails(app) == []


@pytest.mark.parametrize("days", [0, -1])
def test_an_end_that_is_not_after_today_is_refused(app: Flask, days: int) -> None:
    with app.app_context(), pytest.raises(Refused, match="later end date"), transaction():
        persons.appoint(named("rex"), Role.AUDITOR, ends_on=today() + timedelta(days=days), actor=w.SYSTEM)


def test_the_page_gives_a_role_with_an_end_and_keeps_a_wrong_one(app: Flask) -> None:
    with app.app_context():
        ada, rex, day = named("ada"), named("rex").id, today() + timedelta(days=30)
    client, chosen = signed_in(app, ada), {"role": "auditor", "scope": "everything"}

    wrong = client.get(f"/people/{rex}?role=auditor&scope=everything&ends_on=2020-01-01")
    done = client.give_role(f"/people/{rex}", **chosen, ends_on=day.isoformat())

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert "Choose a later end date" in wrong.page.text
    assert wrong.page.form(f"/people/{rex}").fields["ends_on"] == ["2020-01-01"]
    with app.app_context():
        assert [one.ends_on for one in db.session.query(Appointment).filter_by(person_id=rex, role="auditor")] == [day]


def accepted(day: date) -> Appointment:
    """Somebody accepts an invitation to a role until this day."""
    with transaction():
        made = invitations.invite_to_role(
            Role.AUDITOR,
            email="zoe@example.org",
            name="Zoe",
            ends_on=day,
            actor=w.found().actor("ada", Role.ADMINISTRATOR),
        )
    with transaction():
        issued = invitations.issue(made.id)
    assert issued is not None
    with transaction():
        acceptances.accept(db.session.get_one(Invitation, made.id), issued[1], name="Zoe", password_hash=None)
    return db.session.query(Appointment).filter_by(person_id=named("zoe").id).one()


def test_an_invitation_gives_the_role_until_its_day(app: Flask) -> None:
    with app.app_context():
        day = today() + timedelta(days=90)
        assert accepted(day).ends_on == day
