"""What a person does on the applicant's side is recorded as it happens, once, and stays."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, transaction
from grants.models import Application, Event, Involvement, Membership, Person, Report
from grants.queries.applications import drafts as unsent
from grants.services import locking, persons, reports
from grants.services.applications import drafts
from grants.services.refusals import Stale
from tests import world as w
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

FIRST_EDIT, FIRST_REPORT, JOINED = "First edit of the proposal", "First edit of a report", "New member of the applicant"


def parts(application: int = 1) -> set[tuple[str, str]]:
    """Who had which part in the application."""
    rows = db.session.query(Person.email, Involvement.part).join(Involvement, Involvement.person_id == Person.id)
    return {(email.split("@")[0], part) for email, part in rows.filter(Involvement.application_id == application)}


def authors_of(text: str, application: int = 1) -> list[str]:
    """By whom the history of the application says this."""
    events = db.session.query(Event).filter_by(subject="application", subject_id=application).order_by(Event.id)
    return [event.person.name if event.person else "" for event in events if event.message["text"] == text]


def write(world: w.World, row: Application, name: str) -> None:
    """The person saves the draft."""
    w.write(row, world.actor(name, Role.APPLICANT, world.chapters["mg"]), answers={"title": f"By {name}"})


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


@pytest.mark.ground("large")
def test_a_draft_involves_its_author_and_every_member(app: Flask, world: w.World) -> None:
    with app.app_context():
        w.begun(world, "BTN-L")

        assert parts() == {("mg1", "created"), ("mg1", "member"), ("mg2", "member")}


@pytest.mark.ground("large")
def test_the_first_edit_of_another_person_is_an_event(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = w.begun(world, "BTN-L")
        for name in ("mg1", "mg2", "mg2", "mg1"):
            write(world, row, name)

        assert ("mg2", "wrote") in parts()
        assert authors_of(FIRST_EDIT) == ["Mg2 (demo)"], "the start of the draft names its author"


@pytest.mark.ground("large_draft")
def test_who_submits_and_who_answers_is_recorded(app: Flask, world: w.World) -> None:
    with app.app_context():
        row = db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        w.apply(world, row, "answer", "mg2", Role.APPLICANT, answer="The school owns it.")

        assert {name for name, part in parts() if part == "submitted"} == {"mg1", "mg2"}


@pytest.mark.ground("awarded")
def test_who_signs_is_recorded(app: Flask, world: w.World) -> None:
    with app.app_context():
        agreement = w.award_of(db.session.get_one(Application, 1)).agreement
        w.apply(world, agreement, "sign", "mg2", Role.APPLICANT, name="Mia Demo", read=True)

        assert ("mg2", "signed") in parts()
        assert ("mg1", "signed") not in parts()


@pytest.mark.ground("active")
def test_who_writes_or_submits_a_report_is_recorded(app: Flask, world: w.World) -> None:
    with app.app_context():
        award = w.award_of(db.session.get_one(Application, 1))
        row, actor = db.session.get_one(Report, 1), world.actor("mg2", Role.APPLICANT)
        empty: dict[str, Any] = {"texts": {}, "figures": {}, "spending": {}}
        with transaction():
            reports.save(row, **empty, version=row.version, actor=actor)
        assert {name for name, part in parts() if part == "reported"} == {"mg2"}
        w.received(world, award, 1)

        assert {name for name, part in parts() if part == "reported"} == {"mg1", "mg2"}
        assert authors_of(FIRST_REPORT) == ["Mg2 (demo)"]


@pytest.fixture(scope="session")
def two(prepare: Prepare) -> str:
    """A draft and a submitted application of one chapter, and a draft of another."""

    def fill() -> None:
        made = w.build(programmes=("BTN-L",))
        w.begun(made, "BTN-L")
        w.submitted(made)
        w.begun(made, "BTN-L", "bo")

    return prepare("two_of_one", fill)


@pytest.mark.ground("two")
def test_who_joins_is_involved_in_every_application_of_the_organisation(app: Flask, world: w.World) -> None:
    with app.app_context():
        with transaction():
            persons.join(world.people["ron"], world.chapters["mg"], actor=w.SYSTEM)

        assert [("ron", "member") in parts(id) for id in (1, 2, 3)] == [True, True, False]
        assert [len(authors_of(JOINED, id)) for id in (1, 2, 3)] == [1, 1, 0]


@pytest.mark.ground("two")
def test_who_leaves_stays_involved_and_who_comes_back_is_not_recorded_twice(app: Flask, world: w.World) -> None:
    with app.app_context():
        mg2 = world.people["mg2"]
        before = parts(2)
        with transaction():
            locking.hold(mg2)
            db.session.query(Membership).filter_by(person_id=mg2.id).one().ended_at = now()
            w.recorded()
        assert parts(2) == before
        with transaction():
            persons.join(mg2, world.chapters["mg"], actor=w.SYSTEM)

        assert parts(2) == before
        assert authors_of(JOINED, 2) == []


@pytest.mark.ground("large_draft")
def test_an_edit_that_is_refused_involves_nobody(app: Flask, world: w.World) -> None:
    with app.app_context():
        row, actor = db.session.get_one(Application, 1), world.actor("mg2", Role.APPLICANT)
        with pytest.raises(Stale), transaction():
            drafts.save(row, answers={}, lines=None, goals=None, actor=actor, version=unsent.of(row).version - 1)

        assert ("mg2", "wrote") not in parts()
