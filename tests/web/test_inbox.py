"""The applicant's inbox: tasks with due dates, and the status of each application."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.access.principals import Principal
from grants.db import db, now, transaction
from grants.models import Application, Award, Call
from grants.services import calls, transitions
from tests import world as w
from tests.beside import draft_call
from tests.browser import Careful, signed_in
from tests.web.reading import conflict, statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


def inbox(client: Careful) -> Any:
    """The page."""
    return client.get("/inbox")


def test_the_most_urgent_draft_is_shown_first(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S", "BTN-L"))
        later, sooner = w.draft(world, "BTN-L"), w.draft(world, "BTN-S", amount=4_000)
        with transaction():
            world.calls["BTN-S"].closes_at = (now() + timedelta(days=3)).replace(hour=12)
            w.recorded()
        w.write(sooner, world.actor("mg1", Role.APPLICANT), answers={"title": "The sooner one"})
        client = signed_in(app, world.people["mg1"])

    page = inbox(client)

    assert "Your draft The sooner one is saved but not submitted." in page.page.text
    assert "3 days are left." in page.page.text
    assert {f"/applications/{one.id}/write" for one in (sooner, later)} <= set(page.page.links.values())


@pytest.mark.ground("small_draft")
def test_a_draft_of_a_closed_call_is_no_longer_urgent(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        with transaction():
            transitions.apply(world.calls["BTN-S"], "close", actor=world.actor("olga", Role.OFFICER))
        client = signed_in(app, world.people["mg1"])

    assert "You have not applied yet" not in inbox(client).page.text


@pytest.mark.ground("small")
def test_an_applicant_without_tasks_is_told_when_to_expect_an_answer(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        w.in_review(world, "BTN-S", amount=4_000)
        client = signed_in(app, world.people["mg1"])

    page = inbox(client)

    assert "Nothing for you to do" in page.page.text
    assert "Reviewing “fibre title”" in page.page.text
    assert page.page.text.count("hear from us by") == 2


@pytest.mark.ground("small")
def test_an_empty_inbox_links_to_the_open_calls(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        client = signed_in(app, world.people["mg1"])

    page = inbox(client)

    assert "No applications in progress" in page.page.text
    assert page.page.links["View open calls"] == "/#calls"


@pytest.mark.ground("small")
def test_proposals_of_another_chapter_are_not_shown(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        row = w.draft(world, "BTN-S", "bo", 4_000)
        mine, theirs = signed_in(app, world.people["mg1"]), signed_in(app, world.people["bo2"])

    address = f"/applications/{row.id}/write"
    assert address not in inbox(mine).page.links.values()
    assert address in inbox(theirs).page.links.values()


def test_the_page_needs_a_dozen_queries_for_any_amount_of_data(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S", "BTN-L"))
        for _ in range(3):
            w.draft(world, "BTN-L")
        w.in_review(world, "BTN-S", amount=4_000)
        w.active(world, chapter="mg", amount=9_000)
        client = signed_in(app, world.people["mg1"])
    inbox(client)

    with statements(app) as sent:
        inbox(client)

    assert len(sent) <= 12, "\n\n".join(sent)


@pytest.mark.ground("small")
def test_a_reviewer_is_directed_to_the_reviews_and_staff_to_their_own_inbox(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        reviewer, officer = signed_in(app, world.people["rex"]), signed_in(app, world.people["olga"])

    assert reviewer.get("/inbox").location == "/reviews"
    assert inbox(officer).page.h1.strip() == "Your tasks"


@pytest.mark.ground("awarded")
def test_a_grantee_sees_the_signing_deadline_and_the_open_condition(app: Flask) -> None:
    with app.app_context():
        world = w.found()
    mia = signed_in(app, world.people["mg1"])
    to_sign = mia.get("/inbox").page.text
    with app.app_context():
        agreement = db.session.get_one(Award, 1).agreement
        w.apply(world, agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)
        w.apply(world, agreement, "countersign", "pia", Role.APPROVER, name="Pia Demo", read=True)
    signed = mia.get("/inbox").page.text

    assert "Sign the agreement: fibre title" in to_sign
    assert "in 14 days" in to_sign
    assert "Meet the condition of the award: fibre title" in signed
    assert "Name the mast's owner." in mia.get("/awards/1").page.text


def test_an_invited_draft_stays_urgent_after_its_call_has_closed(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        w.apply(world, row, "accept", "olga", Role.OFFICER)
        with transaction():
            transitions.apply(row.call, "close", actor=world.actor("olga", Role.OFFICER))
    text = signed_in(app, world.people["mg1"]).get("/inbox").page.text

    assert "Complete the next stage: Mini-proposal" in text
    assert "You have not applied yet" not in text
    assert "Finish and submit: fibre title" in text


def test_calls_in_preparation_are_tasks_of_finance_and_their_officer(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=())
        call = draft_call(world)
    before = {name: signed_in(app, world.people[name]).get("/inbox").page.text for name in ("fay", "olga", "pia")}
    with app.app_context(), transaction():
        calls.fund(db.session.get_one(Call, call.id), amount=Decimal(5), actor=world.actor("fay", Role.FINANCE))
    after = signed_in(app, world.people["fay"]).get("/inbox").page.text

    assert f"Allocate money to a call: {call.title}" in before["fay"]
    assert f"Open the call: {call.title}" in before["olga"]
    assert call.title not in before["pia"]
    assert call.title not in after


def figure(client: Careful) -> str:
    """The number of tasks beside “Your tasks”, as any other page shows it; empty for none."""
    return "".join(re.findall(r"(\d+) tasks?<", client.get("/calls").get_data(as_text=True)))


@pytest.mark.ground("submitted")
def test_the_figure_of_tasks_follows_a_conflict(app: Flask) -> None:
    assert figures_around_a_conflict(app) == ("1", "")


@pytest.mark.ground("submitted")
def test_a_figure_kept_by_person_alone_would_be_stale(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the statement is kept for equal principals, so the conflict must be part of what is compared."""
    monkeypatch.setattr(Principal, "_facts", lambda self: self.id)

    assert figures_around_a_conflict(app) == ("1", "1")


def figures_around_a_conflict(app: Flask) -> tuple[str, str]:
    """The officer's number of tasks with one application to check, before and after a conflict on it."""
    with app.app_context():
        world = w.found()
        client = signed_in(app, world.people["olga"])
    before = figure(client)
    with app.app_context():
        conflict(world.people["olga"], db.session.scalars(select(Application)).one())
    return before, figure(client)
