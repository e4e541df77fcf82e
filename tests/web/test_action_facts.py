"""The page of a refused action shows the facts and amounts of its row, as the page of the row does."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award
from grants.web.site.idempotency import new_key
from tests import world as w
from tests.browser import browser
from tests.prepared import Prepare
from tests.web.reading import words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

AWARD = "/applications/1/transitions/award"


@pytest.fixture(scope="session")
def decision(prepare: Prepare, in_review: str) -> str:
    """An application that waits for the approver's decision."""
    return prepare("action_facts", recommend, in_review)


def recommend() -> None:
    """Fill the database."""
    world, row = w.found(), w.first()
    w.review(world, row)
    w.apply(world, row, "to_panel", "olga", Role.OFFICER)
    w.apply(world, row, "recommend", "omar", Role.OFFICER, kind="award", amount=row.asked, conditions="")


@pytest.mark.ground("decision")
def test_an_award_with_an_error_shows_what_it_rests_on(app: Flask) -> None:
    pia = browser(app, "pia")

    answer = pia.submit(pia.get("/applications/1"), AWARD, amount="a lot", confirmed="yes")

    assert answer.status_code == 422
    for fact in ("Requested USD 10,000.00", "Officer’s recommendation", "Available in the call’s envelope USD"):
        assert fact in words(answer)


@pytest.mark.ground("decision")
def test_somebody_who_never_has_the_action_sees_no_facts(app: Flask) -> None:
    writer = browser(app, "mg1")
    token = writer.get("/applications/1").page.form("/transitions/withdraw").fields["csrf_token"]

    answer = writer.post(AWARD, data={"csrf_token": token, "amount": "a lot"})

    assert "Officer’s recommendation" not in words(answer)
    assert "Requested" not in words(answer)


@pytest.mark.ground("active")
def test_an_action_without_fields_that_is_refused_shows_them_too(app: Flask) -> None:
    with app.app_context():
        w.received(w.found(), db.session.get_one(Award, 1), 1)
    omar = browser(app, "omar")
    page = omar.get("/reports/1")
    omar.submit(page, "/reports/1/transitions/approve", confirmed="yes")

    refused = omar.submit(page, "/reports/1/transitions/approve", confirmed="yes", idempotency_key=new_key())

    assert refused.status_code == 409
    assert "Amount USD 10,000.00" in words(refused)


@pytest.mark.ground("decision")
def test_an_award_says_that_its_call_is_still_open(app: Flask) -> None:
    pia = browser(app, "pia")
    still = "The call is open until"

    assert still in words(pia.get("/applications/1"))
    refused = pia.submit(pia.get("/applications/1"), AWARD, amount="a lot", confirmed="yes")
    assert still in words(refused)

    olga = browser(app, "olga")
    olga.submit(olga.get("/office/calls/1"), "/transitions/close", confirmed="yes")
    assert still not in words(pia.get("/applications/1"))
