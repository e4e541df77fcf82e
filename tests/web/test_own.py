"""Applications as the applicant sees them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, today
from grants.models import Application, Assignment, DocumentSnapshot
from tests import world as w
from tests.browser import signed_in
from tests.databases import advance
from tests.web.reading import statements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

NO = "The call is for chapters and this is one member who asks alone."


@pytest.mark.ground("small_draft")
def test_a_decline_comes_with_its_reasons(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "not_eligible", "olga", Role.OFFICER, feedback=NO)
        client = signed_in(app, world.people["mg1"])

    page: Any = client.get(f"/applications/{row.id}")

    assert "Your project is not eligible for this call" in page.page.text
    assert "We are sorry that we cannot consider your project for funding. These are our reasons:" in page.page.text
    assert NO in page.page.text


@pytest.mark.ground("in_review")
def test_applicants_cannot_read_internal_recommendations(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.review(world, row)
        w.apply(world, row, "to_panel", "olga", Role.OFFICER)
        w.apply(
            world, row, "recommend", "omar", Role.OFFICER, kind="decline", feedback="Far too costly for what it brings."
        )
        applicant, officer = signed_in(app, world.people["mg1"]), signed_in(app, world.people["olga"])

    inside = officer.get(f"/applications/{row.id}/history").get_data(as_text=True)

    assert "Far too costly" in inside
    assert "Far too costly" not in applicant.get(f"/applications/{row.id}").get_data(as_text=True)


@pytest.mark.ground("awarded")
def test_a_grant_to_be_signed_links_to_its_agreement(app: Flask) -> None:
    with app.app_context():
        client = signed_in(app, w.found().people["mg1"])

    page: Any = client.get("/applications/1")

    assert page.page.links["Read and sign"] == "/awards/1"


@pytest.mark.ground("in_review")
def test_reviewers_are_counted_but_never_named(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.review(world, row, ("rex",))
        client = signed_in(app, world.people["mg1"])

    page: Any = client.get(f"/applications/{row.id}")

    assert "1 of 3 submitted" in page.page.text
    assert "Rex" not in page.page.text


@pytest.mark.ground("small_draft")
def test_submitting_is_offered_after_the_check_and_withdrawing_here(app: Flask) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        client = signed_in(app, world.people["mg1"])

    page: Any = client.get(f"/applications/{row.id}")

    assert [form.action for form in page.page.forms if "/transitions/" in form.action] == [
        f"/applications/{row.id}/transitions/withdraw"
    ]
    assert page.page.links["Check and submit"] == f"/applications/{row.id}/send"


def test_the_list_contains_ones_own_applications_and_needs_a_dozen_queries(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S", "BTN-L"))
        mine = [w.draft(world), w.in_review(world, "BTN-S", amount=4_000)]
        other = w.draft(world, chapter="bo")
        client = signed_in(app, world.people["mg2"])
    client.get("/applications")

    with statements(app) as sent:
        page: Any = client.get("/applications")

    html = page.get_data(as_text=True)
    assert all(f'href="/applications/{address}"' in html for address in (f"{mine[0].id}/write", mine[1].id))
    assert f"/applications/{other.id}/" not in html
    assert len(sent) <= 12, "\n\n".join(sent)


@pytest.mark.ground("submitted")
def test_an_answer_does_not_change_the_day_of_submission(app: Flask, settings: Settings) -> None:
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        sent = row.submitted_at
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast?")
        advance(settings, 3 * 86_400)
        w.apply(world, row, "answer", "mg1", Role.APPLICANT)
        newest = db.session.query(DocumentSnapshot.data).order_by(DocumentSnapshot.document_id.desc()).limit(1).scalar()

        assert row.submitted_at == sent
    assert newest["submitted_at"][:10] > f"{sent:%Y-%m-%d}"


def test_a_disaster_application_is_reviewed_within_hours(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=("DRR",))
        row = w.draft(world, "DRR")
        w.apply(world, row, "alert", "mg1", Role.APPLICANT)
        w.apply(world, row, "accept", "olga", Role.OFFICER)
        w.fill(row, 9_000, world.actor("mg1", Role.APPLICANT, world.chapters["mg"]))
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.review(world, row, ("rex",))

        assert (db.session.query(Assignment).one().due_on - today()).days == 1


@pytest.mark.ground("active")
def test_the_history_names_the_report_and_the_instalment(app: Flask) -> None:
    with app.app_context():
        world = w.found()
        award = w.award_of(db.session.get_one(Application, 1))
        w.reported(world, award, 1)
        client = signed_in(app, world.people["mg1"])

    text: str = client.get("/applications/1").page.text

    assert "Interim report submitted" in text
    assert "Interim report approved" in text
    assert "Instalment 2 became payable" in text
