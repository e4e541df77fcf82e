"""The deadline of a call: extended for everyone, and later for one applicant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import false, select

from grants.db import db, now, transaction
from grants.forms import days
from grants.models import Application, Call, Event, Involvement, MoreTime, Organisation, Outbox
from grants.queries.applications import involvements
from grants.services import calls, persons, transitions
from grants.services.applications import drafts
from grants.services.refusals import Refused
from tests import world as w
from tests.browser import anonymous, signed_in
from tests.prepared import Prepare
from tests.world import World
from workflows.engine.roles import Role
from workflows.rules import proposals
from workflows.submitting import Deadline

pytestmark = pytest.mark.sweep

WHY = "The power was off in the whole region."


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two chapters have a complete draft in a call whose deadline has passed."""
    return prepare("past_deadline", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    for chapter in ("mg", "bo"):
        w.draft(world, chapter=chapter)
    with transaction() as session:
        session.get_one(Call, world.calls["BTN-L"].id).closes_at = now() - timedelta(hours=1)
        w.recorded()


@pytest.fixture
def world(app: Flask) -> World:
    """The people and the call."""
    with app.app_context():
        return w.found()


def typed(at: datetime) -> str:
    """An instant as a browser sends it."""
    return f"{at:%Y-%m-%dT%H:%M}"


def later(app: Flask, **time: int) -> datetime:
    """A minute so long from now."""
    with app.app_context():
        return now().replace(second=0, microsecond=0) + timedelta(**time)


def extend(app: Flask, world: World, until: datetime, reason: str = WHY) -> Any:
    """Olga extends the deadline on the page of the call."""
    olga, path = signed_in(app, world.people["olga"]), f"/office/calls/{world.calls['BTN-L'].id}"
    return olga.submit(olga.get(path), "/transitions/extend", until=typed(until), reason=reason)


def submitting(app: Flask, world: World, chapter: str) -> str:
    """What becomes of the submission of this chapter's draft."""
    with app.app_context():
        row = db.session.query(Application).filter_by(organisation_id=world.chapters[chapter].id).one()
        try:
            w.apply(world, row, "submit", f"{chapter}1", Role.APPLICANT)
        except Refused as refused:
            return str(refused)
        return row.step


def test_an_extended_call_takes_submissions_again_and_every_draft_holder_is_told(app: Flask, world: World) -> None:
    assert "The call closed on" in submitting(app, world, "mg")

    assert extend(app, world, until := later(app, days=3)).status_code == 302

    assert submitting(app, world, "mg") == "checks"
    with app.app_context():
        mails = [row.args for row in db.session.query(Outbox).filter_by(kind="mail") if WHY in str(row.args)]
        assert {mail["person"] for mail in mails} == {world.people[name].id for name in ("mg1", "mg2", "bo1", "bo2")}
        event = db.session.query(Event).filter_by(key="extend").one()
        assert (event.about, event.step_from, event.step_to) == ("call", "open", "open")
        assert db.session.query(Call).one().closes_at == until


@pytest.mark.parametrize(
    ("time", "reason", "error"),
    [
        ({"hours": -2}, WHY, "Enter a date and time after the current deadline"),
        ({"minutes": -30}, WHY, "Enter a date and time in the future."),
        ({"days": 3}, "No", "Enter at least 3 words"),
    ],
)
def test_a_deadline_only_becomes_later_and_needs_a_reason(
    app: Flask, world: World, time: dict[str, int], reason: str, error: str
) -> None:
    answer = extend(app, world, later(app, **time), reason)

    assert (answer.status_code, error in answer.page.text) == (422, True)
    with app.app_context():
        assert db.session.query(Event).filter_by(key="extend").count() == 0


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("next week", "Enter a date and time"),
        ("2031-01-01 11:59 PM", "Enter a date and time"),
        ("2031-01-01T23:59-12:00", "Enter a date and time"),
        ("9999-12-31T23:59", "Enter a year from 2000 to 2100."),
        ("0001-01-01T00:00", "Enter a year from 2000 to 2100."),
    ],
)
def test_an_impossible_time_stays_on_the_page(app: Flask, world: World, until: str, sentence: str) -> None:
    olga, path = signed_in(app, world.people["olga"]), f"/office/calls/{world.calls['BTN-L'].id}"

    answer = olga.submit(olga.get(path), "/transitions/extend", until=until, reason=WHY)

    assert (answer.status_code, sentence in answer.page.text) == (422, True)
    assert answer.page.form("/transitions/extend").fields["until"] == [until]


def test_the_last_year_that_is_accepted_leaves_every_page_intact(app: Flask, world: World) -> None:
    path = f"/office/calls/{(id := world.calls['BTN-L'].id)}"

    assert extend(app, world, datetime(2100, 12, 31, 23, 59, tzinfo=UTC)).status_code == 302
    assert [anonymous(app).get(page).status_code for page in ("/", f"/calls/{id}")] == [200, 200]
    assert signed_in(app, world.people["olga"]).get(path).status_code == 200


def test_without_the_years_the_public_pages_fail(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(days, "require_year", lambda _: None)
    extend(app, world, datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    monkeypatch.setattr(app, "testing", False)

    assert anonymous(app).get(f"/calls/{world.calls['BTN-L'].id}").status_code == 500


def test_closing_asks_once(app: Flask, world: World) -> None:
    olga, path = signed_in(app, world.people["olga"]), f"/office/calls/{world.calls['BTN-L'].id}"

    assert olga.submit(olga.get(path), "/transitions/close").status_code == 422
    assert olga.submit(olga.get(path), "/transitions/close", confirmed="yes").status_code == 302

    assert "Close the call now" not in olga.get(path).page.text
    with app.app_context():
        event = db.session.query(Event).filter_by(key="close").one()
        assert (event.step_from, event.step_to) == ("open", "closed")
        with pytest.raises(Refused, match="is not available at the step"):
            w.apply(world, db.session.query(Call).one(), "extend", "olga", Role.OFFICER, until=now(), reason=WHY)


def give(app: Flask, world: World, until: datetime, chapter: str = "mg") -> Any:
    """Olga gives one chapter more time."""
    olga, path = signed_in(app, world.people["olga"]), f"/office/calls/{world.calls['BTN-L'].id}/more-time"
    whom = str(world.chapters[chapter].id)
    return olga.submit(olga.get(path), "/more-time", organisation=whom, until=typed(until), reason=WHY)


def test_one_applicant_has_more_time(app: Flask, world: World) -> None:
    assert give(app, world, later(app, days=2)).status_code == 302

    assert "The call closed on" in submitting(app, world, "bo")
    assert submitting(app, world, "mg") == "checks"
    with app.app_context():
        given = db.session.query(MoreTime).one()
        assert (given.reason, given.by) == (WHY, world.people["olga"].id)
        mails = [row.args for row in db.session.query(Outbox).filter_by(kind="mail") if WHY in str(row.args)]
        assert {mail["person"] for mail in mails} == {world.people[name].id for name in ("mg1", "mg2")}
        event = db.session.query(Event).filter_by(key="give_time").one()
        assert (event.subject, event.about, event.audience) == ("call", "more_time", "office")


def test_without_the_guard_everyone_has_more_time(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a proposal that comes after the deadline is received, from an applicant who was given none."""
    give(app, world, later(app, days=2))
    monkeypatch.setattr(proposals, "deadline", lambda **_: Deadline(None, "call"))

    assert submitting(app, world, "bo") == "checks"


def test_more_time_outlives_the_closing_of_the_call(app: Flask, world: World) -> None:
    with app.app_context(), transaction():
        transitions.apply(db.session.query(Call).one(), "close", actor=world.actor("olga", Role.OFFICER))
    assert give(app, world, later(app, days=2)).status_code == 302

    assert submitting(app, world, "bo") == "This call is not open."
    page = signed_in(app, world.people["mg1"]).get("/inbox").page.text
    assert "is saved but not submitted" in page
    assert submitting(app, world, "mg") == "checks"


def test_more_time_that_has_passed_is_over(app: Flask, world: World) -> None:
    with app.app_context():
        row = db.session.query(Application).filter_by(organisation_id=world.chapters["mg"].id).one()
        with transaction():
            calls.give_time(
                row.call,
                organisation=row.organisation,
                until=now() + timedelta(minutes=10),
                reason=WHY,
                actor=world.actor("olga", Role.OFFICER),
            )
        late = now() + timedelta(minutes=11)
        with pytest.raises(Refused, match="The call closed on"), transaction():
            transitions.apply(row, "submit", actor=world.actor("mg1", Role.APPLICANT), arrived_at=late)


def test_more_time_only_becomes_later(app: Flask, world: World) -> None:
    give(app, world, until := later(app, days=2))

    answer = give(app, world, until - timedelta(hours=1))

    assert (answer.status_code, "Enter a date and time after" in answer.page.text) == (422, True)
    with app.app_context():
        assert db.session.query(MoreTime).count() == 1


def test_an_officer_who_acts_for_the_applicant_gives_no_time(app: Flask, world: World) -> None:
    with app.app_context():
        with transaction():
            own = w.organisation("Chapter CL", "CL", "es")
            olga = db.session.get_one(type(world.people["olga"]), world.people["olga"].id)
            persons.join(olga, own, actor=w.SYSTEM)
        row = db.session.query(Call).one()
        with pytest.raises(Refused, match="another officer must do this"), transaction():
            calls.give_time(
                row,
                organisation=db.session.merge(own),
                until=now() + timedelta(days=2),
                reason=WHY,
                actor=world.actor("olga", Role.OFFICER),
            )
    page = signed_in(app, world.people["olga"]).get(f"/office/calls/{world.calls['BTN-L'].id}/more-time").page.text
    assert ("Chapter CL" in page, "Chapter BO" in page) == (False, True)


def test_an_applicant_with_more_time_can_begin_after_the_deadline(app: Flask, world: World) -> None:
    with app.app_context():
        call, chapter = db.session.query(Call).one(), db.session.get_one(Organisation, world.chapters["mg"].id)
        applicant = world.actor("mg1", Role.APPLICANT, chapter)
        assert "The call closed on" in str(drafts.against(call, chapter, applicant)[0])
        with transaction():
            calls.give_time(
                call,
                organisation=chapter,
                until=now() + timedelta(days=2),
                reason=WHY,
                actor=world.actor("olga", Role.OFFICER),
            )

        assert drafts.against(call, chapter, applicant) == ()


RIVAL = "You have acted for an applicant to this call, so another person must do this."


def favours(app: Flask, world: World) -> list[str]:
    """What Olga, who once was a member of an applicant, is answered when she helps the applicants of the call."""
    until, replies = later(app, days=3), []
    with app.app_context():
        with transaction() as session:
            session.add(Involvement(application_id=1, person_id=world.people["olga"].id, part="member"))
            w.recorded()
        olga, call = world.actor("olga", Role.OFFICER), db.session.get_one(Call, world.calls["BTN-L"].id)
        rival = db.session.query(Organisation).filter_by(country="BO").one()
        commands = (
            lambda: transitions.apply(call, "extend", actor=olga, answers={"until": until, "reason": WHY}),
            lambda: calls.give_time(call, organisation=rival, until=until + timedelta(days=1), reason=WHY, actor=olga),
            lambda: transitions.apply(call, "close", actor=olga),
        )
        for command in commands:
            try:
                with transaction():
                    command()
                replies.append("done")
            except Refused as refused:
                replies += map(str, refused.reasons)
    return replies


def test_an_applicant_of_the_call_neither_extends_nor_closes_it(app: Flask, world: World) -> None:
    assert favours(app, world) == [RIVAL] * 3


def test_without_the_record_an_applicant_would_extend_the_call(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(involvements, "applied", lambda _: select(Involvement.person_id).where(false()))
    monkeypatch.setattr(involvements, "of_rows", lambda *_: involvements.NOBODY)

    assert favours(app, world) == ["done"] * 3
