"""The guard, the pages, the inbox and the mails know the same deadline of an applicant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update

from config import Settings
from grants.access.principals import load_principal
from grants.db import db, now, transaction
from grants.models import Application, Call, MoreTime, Outbox
from grants.queries import cases
from grants.queries.applications import drafts
from grants.queries.tasks import inbox
from grants.services import calls, persons, transitions
from grants.services.refusals import Refused
from tests import world as w
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.roles import Actor, Role
from workflows.flows.notifications import CLOSED_EARLY, EXTENDED, MORE_TIME, WITHDRAWN
from workflows.rules.proposals import in_time

pytestmark = pytest.mark.sweep

WHY = "The power was off in the whole region."
CALLS = Call.metadata.tables[Call.__tablename__]
LARGE = pytest.mark.ground("large_draft")


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """A university with a full proposal to write, whose invitation ends thirty days from now."""
    return prepare("deadlines", begin)


def begin() -> None:
    """Fill the database."""
    made = w.build(programmes=("RES",))
    with transaction():
        made.chapters["mg"] = w.organisation("University of KE", "KE", "en", "university")
        for number in (1, 2):
            made.people[f"mg{number}"] = w.person(f"ke{number}")
            persons.join(made.people[f"mg{number}"], made.chapters["mg"], actor=w.SYSTEM)
    row = w.in_review(made, "RES")
    w.review(made, row, ("rex", "ria"))
    w.apply(made, row, "invite", "omar", Role.OFFICER)


def the_draft() -> Application:
    """The only application."""
    return db.session.query(Application).one()


def give(until: datetime, row: Application) -> None:
    """Olga gives the applicant more time."""
    with transaction():
        actor = w.found().actor("olga", Role.OFFICER)
        calls.give_time(row.call, organisation=row.organisation, until=until, reason=WHY, actor=actor)


def officer(row: Application, key: str, **answers: object) -> None:
    """Olga applies a transition of the call."""
    with transaction():
        transitions.apply(row.call, key, actor=w.found().actor("olga", Role.OFFICER), answers=answers)


def mails_to(name: str) -> list[str]:
    """The subjects of the mails to this person, oldest first."""
    person = w.found().people[name].id
    found = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id)
    return [str(row.args["subject"]) for row in found if row.args["person"] == person]


def test_more_time_counts_for_an_invited_draft(app: Flask, settings: Settings) -> None:
    advance(settings, 60 * 86400)
    with app.app_context():
        made, row = w.found(), the_draft()
        w.fill(row, 10_000, made.actor("ke1", Role.APPLICANT, made.chapters["ke"]))
        give(now() + timedelta(days=10), row)

        assert MORE_TIME.subject in mails_to("ke1")[-1]
        assert [task.kind for task in inbox.tasks(load_principal(made.people["ke1"]))] == ["draft"]
        w.apply(made, row, "submit", "ke1", Role.APPLICANT)
        assert row.step == "checks"


def test_more_time_is_later_than_the_invitation(app: Flask) -> None:
    with app.app_context():
        row = the_draft()
        assert row.invited_until is not None
        with pytest.raises(Refused, match="Enter a date and time after"):
            give(row.invited_until - timedelta(minutes=1), row)


@LARGE
def test_an_extension_is_not_told_to_who_has_a_later_deadline(app: Flask) -> None:
    with app.app_context():
        row = the_draft()
        assert row.call.closes_at is not None
        give(row.call.closes_at + timedelta(days=20), row)
        before = mails_to("mg1")

        officer(row, "extend", until=row.call.closes_at + timedelta(days=2), reason=WHY)
        assert mails_to("mg1") == before

        officer(row, "extend", until=row.call.closes_at + timedelta(days=30), reason=WHY)
        assert sum(EXTENDED.subject in text for text in mails_to("mg1")) == 1


@LARGE
def test_without_that_question_they_are_told_the_earlier_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        row = the_draft()
        assert row.call.closes_at is not None
        own, call = row.call.closes_at + timedelta(days=20), row.call.closes_at + timedelta(days=2)
        give(own, row)
        monkeypatch.setattr(calls, "concerned", calls.drafts_of)

        officer(row, "extend", until=call, reason=WHY)

        last = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc()).limit(1).one()
        assert call.date().isoformat() in str(last.args["subject"])
        assert in_time(cases.of(row, own), Actor(person=1, role=Role.APPLICANT)) is None


@LARGE
@pytest.mark.parametrize(("days", "mailed"), [(0, 1), (31, 0)])
def test_closing_early_is_told_to_who_has_a_draft(app: Flask, settings: Settings, days: int, mailed: int) -> None:
    advance(settings, days * 86400)
    with app.app_context():
        row = the_draft()

        officer(row, "close")

        assert sum(CLOSED_EARLY.subject in text for text in mails_to("mg1")) == mailed


@LARGE
def test_closing_early_is_not_told_to_who_has_more_time(app: Flask) -> None:
    with app.app_context():
        row = the_draft()
        assert row.call.closes_at is not None
        give(row.call.closes_at + timedelta(days=20), row)

        officer(row, "close")

        assert not any(CLOSED_EARLY.subject in text for text in mails_to("mg1"))


@pytest.mark.ground("in_review")
def test_a_withdrawal_is_told_to_the_officers(app: Flask) -> None:
    with app.app_context():
        w.apply(w.found(), the_draft(), "withdraw", "mg1", Role.APPLICANT, reason="We found other funds.")

        assert WITHDRAWN.subject in mails_to("olga")[-1]


@LARGE
def test_a_draft_that_can_no_longer_be_submitted_is_no_task(app: Flask, settings: Settings) -> None:
    with app.app_context():
        person = w.found().people["mg1"]
        assert [task.kind for task in inbox.tasks(load_principal(person))] == ["draft"]
    advance(settings, 31 * 86400)

    with app.app_context():
        assert inbox.tasks(load_principal(person)) == []


def situations() -> Iterator[tuple[str, timedelta | None, timedelta | None, timedelta | None]]:
    """Every step of a call with every order of its deadline, an invitation and more time."""
    hour = timedelta(hours=1)
    yield from product(("open", "closed"), *([None, -hour, hour, 2 * hour],) * 3)


@LARGE
def test_the_inbox_and_the_guard_agree_on_every_deadline(app: Flask) -> None:
    with app.app_context():
        row, at = the_draft(), now()
        chosen = select(drafts.UNTIL, drafts.OPEN).select_from(Application).join(Call)
        for step, *ends in situations():
            closes_at, invited, own = (None if end is None else at + end for end in ends)
            part = db.session.begin_nested()
            row.invited_until = invited
            if own:
                given = MoreTime(call_id=row.call_id, organisation=row.organisation, until=own, reason=WHY, by=1)
                db.session.add(given)
            db.session.flush()
            db.session.connection().execute(update(CALLS).values(step=step, closes_at=closes_at))

            until, open_ = db.session.execute(chosen).one()

            found, case = drafts.deadline_of(row, own), cases.of(row, at)
            assert (until, bool(open_)) == (found.until, found.allows(at)), (step, ends)
            assert (in_time(case, Actor(person=1, role=Role.APPLICANT)) is None) == found.allows(at), (step, ends)
            part.rollback()
        db.session.rollback()
