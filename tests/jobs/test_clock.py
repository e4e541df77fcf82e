"""Transitions that happen because time has passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from grants.db import db, now, transaction
from grants.jobs import clock
from grants.models import (
    Application,
    Call,
    Event,
    Figures,
    IdempotencyKey,
    Outbox,
    Person,
    SignIn,
    SignInFailure,
)
from grants.outside.servers import Postgres
from grants.queries import failures, overdue, recipients
from grants.queries.sessions import hashed
from grants.services import idempotency, outbox, persons, sessions, transitions
from grants.services.refusals import Refused
from tests import world
from tests.browser import confirmed_session
from tests.databases import advance, settings_for
from tests.kept import Kept
from tests.prepared import opened, prepared
from tests.world import found
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Role

HOUR, DAY = 3_600, 86_400


@pytest.fixture(scope="session")
def waiting(postgres: Postgres, template: str) -> str:
    """A database with an open question in BTN-L (application 1) and an alert in DRR (application 2)."""
    return prepared(postgres, template, "grants_waiting", _wait)


def _wait() -> None:
    made = world.build(programmes=("BTN-L", "DRR"))
    asked, alert = world.draft(made), world.draft(made, code="DRR", chapter="bo")
    world.apply(made, asked, "submit", "mg1", Role.APPLICANT)
    world.apply(made, asked, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
    world.apply(made, alert, "alert", "bo1", Role.APPLICANT)


@pytest.fixture
def app(postgres: Postgres, reusable: Kept, waiting: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a copy of it."""
    with reusable.lent(waiting) as name, opened(settings_for(postgres, name, tmp_path)) as made:
        yield made


@pytest.fixture
def settings(app: Flask) -> Settings:
    """The settings of the application."""
    found: Settings = app.extensions["settings"]
    return found


def steps(app: Flask) -> list[str]:
    """The steps of the two applications."""
    with app.app_context():
        return [row.step for row in db.session.query(Application).order_by(Application.id)]


def test_no_transition_is_applied_before_its_time(app: Flask, settings: Settings) -> None:
    advance(settings, 12 * HOUR - 60)

    with app.app_context():
        assert clock.tick() == 0

    assert steps(app) == ["question", "triage"]


def test_an_unanswered_question_returns_the_application_to_the_checks(app: Flask, settings: Settings) -> None:
    advance(settings, 5 * DAY + 60)

    with app.app_context():
        clock.tick()
        event = db.session.query(Event).filter_by(about="application", about_id=1).order_by(Event.id.desc()).first()

    assert event is not None
    assert (event.key, event.role, event.person_id, event.step_from, event.step_to) == (
        "no_answer",
        "clock",
        None,
        "question",
        "checks",
    )
    assert steps(app)[0] == "checks"


def test_a_question_with_a_limit_in_hours_is_closed_when_its_mail_says(app: Flask, settings: Settings) -> None:
    with app.app_context():
        made = found()
        with transaction():
            call = db.session.get_one(Call, made.calls["BTN-L"].id)
            call.rules = call.rules | {"clock": {"question_hours": 6}}
            world.recorded()
        row = world.submitted(made)
        world.apply(made, row, "ask", "olga", Role.OFFICER, question="Who pays for the mast?")
        mail = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc()).first()
        assert mail is not None
        until = Message.from_json(mail.args["subject"]).values["until"]  # type: ignore[arg-type]
        assert until == row.step_at + timedelta(hours=6)
        id = row.id

    taken = []
    for minutes in (359, 2):
        advance(settings, minutes * 60)
        with app.app_context():
            clock.tick()
            taken.append(db.session.get_one(Application, id).step)

    assert taken == ["question", "checks"]


def test_an_alert_that_waits_too_long_notifies_the_deputy(app: Flask, settings: Settings) -> None:
    advance(settings, 12 * HOUR + 60)
    with app.app_context():
        before = db.session.query(Outbox).count()

        assert clock.tick() == 1

        reported = [
            db.session.get_one(Person, int(str(row.args["person"]))).email
            for row in db.session.query(Outbox).order_by(Outbox.id)[before:]
        ]
    assert reported == ["pia@example.org"]
    assert steps(app)[1] == "triage"


def deputies(app: Flask, settings: Settings) -> list[str]:
    """Who is notified of a late alert when Pia, the only approver, has joined the applicant meanwhile."""
    with app.app_context():
        with transaction():
            made = found()
            persons.join(made.people["pia"], made.chapters["bo"], actor=world.SYSTEM)
        before = db.session.query(Outbox).count()
        db.session.remove()
        advance(settings, 12 * HOUR + 60)
        assert clock.tick() == 1
        rows = db.session.query(Outbox).order_by(Outbox.id)[before:]
        return [db.session.get_one(Person, row.args["person"]).email for row in rows]


def test_a_deputy_who_joined_the_applicant_is_not_notified(app: Flask, settings: Settings) -> None:
    assert deputies(app, settings) == []


def test_unguarded_a_deputy_who_joined_the_applicant_is_notified(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "shown", lambda _, asked: set(asked))

    assert deputies(app, settings) == ["pia@example.org"]


def test_the_deputy_is_notified_once_per_missed_time_limit(app: Flask, settings: Settings) -> None:
    taken = []
    for hours in (13, 0, 13):
        advance(settings, hours * HOUR)
        with app.app_context():
            taken.append(clock.tick())

    assert taken == [1, 0, 1]


def test_a_refused_transition_does_not_delay_the_others(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = overdue.transitions
    monkeypatch.setattr(overdue, "transitions", lambda *, only=None: [(1, "award"), *real(only=only)])
    advance(settings, 5 * DAY + 60)

    with app.app_context():
        assert clock.tick() == 2


def test_the_clock_cannot_decide(app: Flask) -> None:
    with app.app_context():
        world_ = found()
        row = db.session.get_one(Application, 1)

        for key in ("award", "decline", "pass", "recommend", "submit"):
            with pytest.raises(Refused), transaction():
                transitions.apply(row, key, actor=CLOCK, answers={"amount": 1})
        assert world_.calls


def test_each_tick_updates_the_public_figures(app: Flask) -> None:
    with app.app_context():
        clock.tick()
        first = db.session.query(Figures).one()
        db.session.remove()
        clock.tick()

        [last] = db.session.query(Figures)

    assert last.at > first.at
    assert (last.awards, last.sent, last.days) == (0, 0, None)


def test_keys_are_deleted_when_their_retention_has_ended(app: Flask, settings: Settings) -> None:
    longest = max(24 * DAY, settings.session_hours * HOUR)
    for key, later in (("old", 0), ("new", 10 * DAY)):
        advance(settings, later)
        with app.app_context(), transaction():
            idempotency.claim(key, person=1, body=b"")
    advance(settings, longest)

    with app.app_context():
        clock.tick()
        assert [row.key for row in db.session.query(IdempotencyKey)] == ["new"]


def test_a_refused_form_with_what_was_typed_is_kept_for_a_day(app: Flask, settings: Settings) -> None:
    typed = idempotency.Answer(status=422, location="", content_type="text/html", body="<p>What was typed</p>")
    for key, later in (("old", 0), ("new", 20 * HOUR)):
        advance(settings, later)
        with app.app_context(), transaction():
            for kind, answer in (("refused", typed), ("led on", replace(typed, status=302, location="/tasks"))):
                idempotency.claim(f"{key} {kind}", person=1, body=b"")
                idempotency.keep(f"{key} {kind}", answer)
    advance(settings, 5 * HOUR)

    with app.app_context():
        clock.tick()
        kept = [row.key for row in db.session.query(IdempotencyKey).order_by(IdempotencyKey.key)]
        assert kept == ["new led on", "new refused", "old led on"]


def test_failed_sign_ins_and_ended_sessions_are_deleted(app: Flask, settings: Settings) -> None:
    for days in (0, 25):
        advance(settings, days * DAY)
        with app.app_context(), transaction():
            sessions.record_failure(account=f"{days}@example.org", address="192.0.2.1")
            confirmed_session(found().people["olga"], settings)
    advance(settings, 6 * DAY)
    with app.app_context(), transaction():
        confirmed_session(found().people["olga"], settings)

    with app.app_context():
        clock.tick()

        assert [row.email_sha256 for row in db.session.query(SignInFailure)] == [hashed("25@example.org")]
        assert db.session.query(SignIn).count() == 1


def test_mails_are_deleted_ninety_days_after_they_were_sent(app: Flask, settings: Settings) -> None:
    with app.app_context():
        mails = [row.id for row in db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)]
        documents = db.session.query(Outbox).filter_by(kind="document").count()
        with transaction():
            db.session.query(Outbox).filter(Outbox.id.in_(mails[:2])).update({"done_at": now()})
            db.session.query(Outbox).filter_by(id=mails[2]).update({"dead_at": now(), "problem": "No such mailbox"})
            db.session.query(Outbox).filter_by(kind="document").update({"done_at": now()})
    advance(settings, 89 * DAY)
    with app.app_context(), transaction():
        db.session.query(Outbox).filter_by(id=mails[1]).update({"done_at": now()})
    advance(settings, 2 * DAY)

    with app.app_context():
        outbox.purge()
        db.session.commit()

        kept = [row.id for row in db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)]
        assert kept == mails[1:]
        assert db.session.query(Outbox).filter_by(kind="document").count() == documents > 0
    assert outbox.purge in clock.WORK.values()


def test_the_page_of_failures_has_a_name_for_all_work() -> None:
    assert clock.WORK.keys() - failures.WORK.keys() == set()
