"""Buttons that make money payable name the amount, and their consequence the instalments."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award, Instalment
from grants.services.money import instalments
from tests import world as w
from tests.browser import browser
from tests.web.reading import words
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep


@pytest.mark.ground("active")
def test_approving_a_report_names_the_instalment_that_it_frees(app: Flask) -> None:
    with app.app_context():
        w.received(w.found(), db.session.get_one(Award, 1), 1)

    answer = browser(app, "omar").get("/reports/1")

    assert "Approve report and make USD 4,000.00 payable" in words(answer)
    assert "Instalment 2, USD 4,000.00, becomes payable." in words(answer)


@pytest.mark.ground("active")
def test_a_report_that_frees_nothing_says_so(app: Flask) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        w.reported(w.found(), award, 1)
        w.received(w.found(), award, 2)

    answer = browser(app, "omar").get("/reports/2")

    assert "No instalment becomes payable." in words(answer)
    assert "make" not in words(answer).partition("Approve report")[2][:20]


@pytest.mark.ground("awarded")
def test_signing_names_what_becomes_payable_only_if_no_condition_is_left(app: Flask) -> None:
    with app.app_context():
        award = db.session.get_one(Award, 1)
        assert award.conditional
        w.signed(w.found(), award)

    assert "Instalment 1, USD 6,000.00, becomes payable." in words(browser(app, "olga").get("/awards/1"))


def on_an_old_page(app: Flask) -> int:
    """Approve a report from a page that was opened before the condition was met; returns the status of the answer."""
    with app.app_context():
        world, award = w.found(), db.session.get_one(Award, 1)
        w.signed(world, award)
        w.received(world, award, 1)
    officer = browser(app, "omar")
    page = officer.get("/reports/1")
    assert "No instalment becomes payable." in words(page)
    with app.app_context():
        world, award = w.found(), db.session.get_one(Award, 1)
        w.apply(world, award.agreement, "met", "olga", Role.OFFICER, proof="The owner is named.")
    return officer.submit(page, "/transitions/approve", confirmed="yes").status_code


def payable(app: Flask) -> list[int]:
    """The instalments that are payable."""
    with app.app_context():
        found = db.session.query(Instalment.number).filter_by(step="payable").order_by(Instalment.number)
        return [number for (number,) in found]


@pytest.mark.ground("awarded")
def test_nothing_becomes_payable_that_the_page_did_not_name(app: Flask) -> None:
    assert on_an_old_page(app) == 409
    assert payable(app) == [1]
    assert "Instalment 2, USD 4,000.00, becomes payable." in words(browser(app, "omar").get("/reports/1"))


@pytest.mark.ground("awarded")
def test_without_the_comparison_it_does(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instalments, "SHOWN", "not sent")

    assert on_an_old_page(app) == 302
    assert payable(app) == [1, 2]


@pytest.mark.ground("active")
def test_a_report_is_approved_only_with_a_tick(app: Flask) -> None:
    with app.app_context():
        w.received(w.found(), db.session.get_one(Award, 1), 1)
    omar = browser(app, "omar")

    refused = omar.submit(omar.get("/reports/1"), "/transitions/approve")
    kept = omar.get("/reports/1").page.text
    approved = omar.submit(refused, "/transitions/approve", confirmed="yes")

    assert (refused.status_code, "Tick the box to confirm." in refused.page.text) == (422, True)
    assert "Approve report" in kept
    assert approved.status_code == 302
