"""Sentences of pages that depend on a number, a title, a stage or the reader's language."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from grants.db import db, transaction
from grants.models import Application, Award, Document
from grants.web.site.formats import in_sentence, percent
from tests import world as w
from tests.browser import Careful, signed_in
from workflows.engine.roles import Role


@pytest.mark.parametrize(
    ("locale", "shown"), [("en", "12.5%"), ("fr", "12,5\N{NO-BREAK SPACE}%"), ("es", "12,5\N{NO-BREAK SPACE}%")]
)
def test_a_percentage_follows_the_language(app: Flask, locale: str, shown: str) -> None:
    with app.test_request_context(), force_locale(locale):
        assert percent(Decimal("12.50")) == shown


@pytest.mark.parametrize(
    ("title", "inside"), [("Interim report", "interim report"), ("IRS form", "IRS form"), ("", "")]
)
def test_a_title_within_a_sentence_begins_in_lower_case(title: str, inside: str) -> None:
    assert in_sentence(title) == inside


def inbox(app: Flask, world: w.World, name: str) -> str:
    return " ".join(signed_in(app, world.people[name]).get("/inbox").page.text.split())


@pytest.mark.ground("small_draft")
def test_a_draft_without_a_title_is_named_as_such(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row, actor = db.session.get_one(Application, 1), world.actor("mg1", Role.APPLICANT)
        w.write(row, actor, answers={"title": ""})
        title = row.call.title

    text = inbox(app, world, "mg1")

    assert f"Your untitled draft for “{title}” is saved but not submitted." in text
    assert "Finish and submit your untitled application" in text


def accepted_alert(app: Flask) -> tuple[w.World, int]:
    """An alert that an officer has accepted, so that the mini-proposal can be written."""
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        w.apply(world, row, "accept", "olga", Role.OFFICER)
        return world, row.id


def test_an_accepted_stage_and_the_next_one_are_named(app: Flask) -> None:
    world, id = accepted_alert(app)
    client = signed_in(app, world.people["mg1"])
    texts = [" ".join(client.get(path).page.text.split()) for path in ("/inbox", f"/applications/{id}")]

    assert ["We have accepted your alert" in text for text in texts] == [True, True]
    assert ["Submit the mini-proposal by" in text for text in texts] == [True, True]


def test_an_alert_requests_nothing_yet(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        with transaction():
            db.session.get_one(Application, row.id).asked = Decimal(0)
        assert [one.snapshot and one.snapshot.data["stage"] for one in db.session.query(Document)] == ["alert"]
    olga = signed_in(app, world.people["olga"])

    listed, shown = (olga.get(path).page.text for path in ("/applications?list=all", f"/applications/{row.id}"))

    assert "USD\N{NO-BREAK SPACE}0" not in listed
    assert "Requested–" in shown
    assert re.search(r"Budget\s*–", shown)


@pytest.mark.ground("active")
def test_one_payable_instalment_is_counted_as_one(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        assert [one.step for one in db.session.get_one(Award, 1).instalments][:1] == ["payable"]

    assert "1 instalment to pay · The conditions are met." in inbox(app, world, "fay")


def added(client: Careful, id: int) -> list[str]:
    """The questions of the draft to which rows can be added."""
    html = client.get(f"/applications/{id}/write").text
    return [part.split('"')[0] for part in html.split('data-add="')[1:]]


@pytest.mark.parametrize(("code", "offered"), [("BTN-S", False), ("BTN-L", True)])
def test_a_row_is_offered_only_where_more_than_one_is_allowed(app: Flask, code: str, *, offered: bool) -> None:
    with app.app_context():
        world = w.build(programmes=(code,))
        id = w.draft(world, code).id

    names = added(signed_in(app, world.people["mg1"]), id)

    assert ("indicators" in names) is offered
    assert "budget" in names
