"""A document that could not be created is void, and is made again from corrected facts with a number of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm.attributes import set_committed_value

from grants.db import GRANTS_NOW, db, transaction
from grants.jobs import processing
from grants.models import Award, Document, DocumentEnd, DocumentSnapshot, Event, Outbox
from grants.services import outbox, replacements
from grants.services.refusals import Refused
from reports.snapshots import parse
from tests import world as w
from tests.browser import Answer, anonymous, browser
from tests.databases import advance
from tests.history.proof import found
from workflows.deadlines import SIGNING_DAYS
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

PROBLEM = "The character U+10FFFD is in none of the fonts."
WRONG, RIGHT = "Chapter \U0010fffd", "Chapter of Madagascar"


@pytest.fixture(scope="session")
def ground(in_review: str) -> str:
    """Every test begins with an application that waits for reviewers."""
    return in_review


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def declined(world: w.World) -> None:
    row = w.first()
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback="The need is not shown to us yet.")
    w.apply(world, row, "decline", "pia", Role.APPROVER, feedback="The need is not shown to us at all yet.")


def closed(world: w.World) -> None:
    award = w.started(world, w.decided(world, w.first()))
    w.reported(world, award, 1)
    w.paid(world, award)
    w.reported(world, award, 2)
    w.apply(world, award.application, "close", "olga", Role.OFFICER)


STORIES: dict[str, Any] = {
    "receipt": lambda _: None,
    "decline_letter": declined,
    "award_letter": lambda world: w.decided(world, w.first()),
    "impact_report": closed,
}
"""How each kind of document is ordered."""


def failed(app: Flask, kind: str, name: str = WRONG) -> int:
    """Order a document with this name of the chapter, which cannot be printed; its id."""
    with app.app_context():
        with transaction():
            w.first().organisation.name = name
            w.recorded()
        STORIES[kind](w.found())
        document = newest(kind)
        with transaction():
            row = db.session.scalars(select(Outbox).where(Outbox.args["document"].astext == str(document.id))).one()
            row.dead_at, row.problem = GRANTS_NOW, PROBLEM
        with transaction():
            w.first().organisation.name = RIGHT
            w.recorded()
        return document.id


def newest(kind: str) -> Document:
    return db.session.scalars(select(Document).where(Document.kind == kind).order_by(Document.id.desc())).first()  # type: ignore[return-value]


def data(id: int) -> dict[str, Any]:
    return dict(db.session.get_one(DocumentSnapshot, id).data)


def made_again(app: Flask, id: int, name: str = "olga") -> Answer:
    """What an officer gets who makes the document again on the page of failures."""
    officer = browser(app, name)
    return officer.submit(officer.get("/failures"), f"/documents/{id}/again")


@pytest.mark.parametrize("kind", STORIES)
def test_a_document_is_made_again_from_corrected_facts(app: Flask, kind: str) -> None:
    old = failed(app, kind, "Chapter of nobody")

    answer = made_again(app, old)

    with app.app_context():
        document = newest(kind)
        assert answer.location == f"/documents/{document.id}"
        assert document.supersedes_id == old != document.id
        assert document.number != db.session.get_one(Document, old).number
        end = db.session.get_one(DocumentEnd, old)
        assert (end.kind, end.reason) == ("void", PROBLEM)
        before, after = parse(data(old)), parse(data(document.id))
        place = "chapter" if kind == "impact_report" else "recipient"
        changed = {name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)}
        assert changed == {"number", "code", "check_url", place}
        assert RIGHT in str(getattr(after, place))
        row = db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc()).where(Outbox.kind == "document")).first()
        assert row is not None
        assert processing.work_one(row)
        event = db.session.scalars(select(Event).where(Event.key == "make_again")).one()
        assert (event.about_id, event.audience) == (document.id, "office")
    assert found(app) == []
    assert PROBLEM not in browser(app, "olga").get("/failures").page.text


def test_the_page_of_the_void_document_names_its_successor(app: Flask) -> None:
    old = failed(app, "award_letter")
    made_again(app, old)
    with app.app_context():
        document = db.session.get_one(Document, old)
        address, number = f"/v/{document.number}/{document.code}", newest("award_letter").number

    inside, outside = browser(app, "olga").get(f"/documents/{old}"), anonymous(app).get(address)

    assert PROBLEM in inside.page.text
    assert f"A newer document replaces it: {number}." in inside.page.text
    assert "This number is void" in outside.page.text
    assert PROBLEM not in outside.page.text


def test_a_letter_made_later_keeps_the_deadline_to_sign(app: Flask) -> None:
    old = failed(app, "award_letter")
    advance(app.extensions["settings"], 5 * 86_400)

    made_again(app, old)

    with app.app_context():
        before, after = data(old), data(newest("award_letter").id)
        made_on = db.session.query(Award).one().made_at.date()
    assert after["issued_on"] != before["issued_on"]
    assert after["duties"] == before["duties"]
    assert after["duties"][0]["by"] == (made_on + timedelta(SIGNING_DAYS)).isoformat()


def test_what_was_done_meanwhile_is_no_duty(app: Flask) -> None:
    old = failed(app, "award_letter")
    with app.app_context():
        world = w.found()
        award = w.started(world, w.award_of(w.first()))
        w.reported(world, award, 1)

    made_again(app, old)

    with app.app_context():
        assert [one["report"] for one in data(newest("award_letter").id)["duties"]] == ["final"]
        assert [one["deed"] for one in data(old)["duties"]] == ["sign_agreement", "send_report", "send_report"]


def refused(app: Flask, id: int) -> list[str]:
    """Why the command refuses; nothing has changed then."""
    with app.app_context():
        count = db.session.query(Document).count()
        with pytest.raises(Refused) as error, transaction():
            replacements.make_again(db.session.get_one(Document, id), actor=w.found().actor("olga", Role.OFFICER))
        assert db.session.query(Document).count() == count
        return [str(reason) for reason in error.value.reasons]


def test_an_ended_award_gets_no_new_letter(app: Flask) -> None:
    old = failed(app, "award_letter")
    with app.app_context():
        w.apply(w.found(), w.first(), "turn_down", "mg1", Role.APPLICANT, reason="No")

    assert refused(app, old) == ["This document is void or revoked."]


@pytest.mark.parametrize(("kind", "step"), [("decline_letter", "panel"), ("impact_report", "active")])
def test_a_document_whose_decision_no_longer_stands_is_not_made_again(app: Flask, kind: str, step: str) -> None:
    failed(app, kind)
    with app.app_context():
        row, makers = w.first(), replacements.MAKERS

        assert makers[kind](row) is not None
        set_committed_value(row, "step", step)
        assert makers[kind](row) is None


def test_a_receipt_that_a_newer_one_replaces_is_not_made_again(app: Flask) -> None:
    old = failed(app, "receipt")
    made_again(app, old)

    assert refused(app, old) == ["This document is void or revoked.", "A newer document replaces this one."]


def test_a_document_that_is_being_created_is_not_made_again(app: Flask) -> None:
    old = failed(app, "receipt")
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
        with transaction():
            assert outbox.retry(row, actor=w.found().actor("olga", Role.OFFICER))

    assert refused(app, old) == ["This document has been created, or is being created."]


def test_a_document_that_was_made_again_is_not_retried(app: Flask) -> None:
    old = failed(app, "receipt", "Chapter of nobody")
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
    page = browser(app, "olga").get("/failures")
    made_again(app, old)

    with app.app_context(), transaction():
        assert not outbox.retry(row, actor=w.found().actor("olga", Role.OFFICER))
        assert not processing.work_one(row)
    assert page.status_code == 200
    assert found(app) == []


def test_if_the_row_stayed_a_void_document_would_be_printed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the failure is not taken off the list."""
    old = failed(app, "receipt", "Chapter of nobody")
    with app.app_context():
        row = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).one()
    monkeypatch.setattr(outbox, "abandon", lambda _: PROBLEM)
    made_again(app, old)

    with app.app_context():
        with transaction():
            assert outbox.retry(row, actor=w.found().actor("olga", Role.OFFICER))
        assert processing.work_one(row)

        document = db.session.get_one(Document, old)
        assert document.file is not None
        assert document.end is not None


def test_only_officers_are_offered_it(app: Flask) -> None:
    failed(app, "receipt")

    pages = {name: browser(app, name).get("/failures").page.text for name in ("olga", "uma", "ada")}

    assert {name: "Create again" in text for name, text in pages.items()} == {"olga": True, "uma": False, "ada": False}


@pytest.mark.ground("submitted")
def test_a_revised_receipt_replaces_none_that_is_void(app: Flask) -> None:
    old = failed(app, "receipt")
    with app.app_context():
        number = db.session.get_one(Document, old).number
        w.apply(w.found(), w.first(), "ask", "olga", Role.OFFICER, question="Which villages will you connect?")
        w.apply(w.found(), w.first(), "answer", "mg1", Role.APPLICANT, answer="The three that we named before.")
        assert data(newest("receipt").id)["replaces"] == number
    assert refused(app, old) == ["A newer document replaces this one."]
