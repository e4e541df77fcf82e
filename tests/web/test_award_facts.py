"""What lists and pages say of an award: its amounts, who signs next and when, and whether a report is due."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db, today
from grants.models import Award, Report
from tests import world as w
from tests.browser import Answer, signed_in
from tests.databases import advance
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

USD = "USD\N{NO-BREAK SPACE}"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """An award of less than was requested, which nobody has signed."""

    def fill() -> None:
        world = w.build(programmes=("BTN-L",))
        w.decided(world, w.in_review(world), given=7_500)

    return prepare("awarded_in_part_unsigned", fill)


def page(app: Flask, name: str, path: str) -> Answer:
    """A page as this person sees it."""
    with app.app_context():
        person = w.found().people[name]
    return signed_in(app, person).get(path)


def sign(app: Flask) -> None:
    """The grantee signs."""
    with app.app_context():
        agreement = db.session.get_one(Award, 1).agreement
        w.apply(w.found(), agreement, "sign", "mg1", Role.APPLICANT, name="Mia Demo", read=True)


def test_the_lists_show_the_awarded_amount_with_the_requested_one(app: Flask) -> None:
    applications, grants = (page(app, "olga", path).page.text for path in ("/applications?list=all", "/awards"))

    assert f"{USD}10,000" in applications
    assert "7,500 awarded" in applications
    assert f"{USD}7,500.00" in grants
    assert "of 10,000.00 requested" in grants


def test_list_and_page_name_the_same_party_that_signs_next(app: Flask) -> None:
    before = page(app, "olga", "/applications?list=agreement"), page(app, "olga", "/applications/1")
    sign(app)
    after = page(app, "olga", "/applications?list=agreement"), page(app, "olga", "/applications/1")

    assert [('class="tag applicant"' in one.text) for one in (*before, *after)] == [True, True, False, False]
    assert ">Applicant</td>" in before[0].text
    assert ">Foundation</td>" in after[0].text


def test_the_agreement_shows_its_amount_and_the_days_of_its_signatures(app: Flask) -> None:
    before = page(app, "mg1", "/awards/1")
    sign(app)
    after = page(app, "mg1", "/awards/1")

    assert "Grantee signs by" in before.page.text
    assert '<input id="sign-name"' in before.text
    assert ("Grantee signs by" in after.page.text, "<dt>Signed</dt>" in after.text) == (False, True)


@pytest.mark.ground("active")
def test_a_report_is_to_submit_only_in_the_weeks_before_its_date(app: Flask) -> None:
    with app.app_context():
        report = db.session.query(Report).order_by(Report.due_on).first()
        assert report
        days = (report.due_on - today()).days
    advance(app.extensions["settings"], (days - 61) * 86_400)
    planned = [page(app, "mg1", path).text for path in ("/awards/1", "/reports")]
    advance(app.extensions["settings"], 86_400)
    due = [page(app, "mg1", path).text for path in ("/awards/1", "/reports")]

    assert ['<span class="tag applicant">' in text for text in planned] == [False, False]
    assert ['<span class="tag applicant">' in text for text in due] == [True, True]
    assert ['class="notice yours"' in planned[0], 'class="notice yours"' in due[0]] == [False, True]
