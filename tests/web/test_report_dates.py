"""A report is compared with the dates of its project, and a sentence says where it does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from grants.db import db, today, transaction
from grants.models import Award, Report
from grants.services import locking
from tests import world as w
from tests.browser import browser
from tests.web.reading import words

pytestmark = [pytest.mark.ground("active"), pytest.mark.sweep]
EARLY, SENT_EARLY, FITS = (
    "The project has not started yet",
    "Submitted before the project starts",
    "Within the project",
)


def moved(app: Flask, days: int) -> None:
    """Let the project begin so many days from today, and the grantee submit its first report."""
    with app.app_context():
        award = db.session.get_one(Award, 1)
        with transaction():
            locking.hold(award)
            award.starts_on = today() + timedelta(days=days)
            award.ends_on = award.starts_on + timedelta(days=300)
            w.recorded()


def sent(app: Flask) -> None:
    with app.app_context():
        w.received(w.found(), db.session.get_one(Award, 1), 1)


def test_a_report_before_the_project_is_named_to_both_sides(app: Flask) -> None:
    moved(app, 20)
    assert EARLY in words(browser(app, "mg1").get("/reports/1/send"))
    sent(app)

    for reader in ("mg1", "omar"):
        assert SENT_EARLY in words(browser(app, reader).get("/reports/1"))
    assert ", before the project starts on " in words(browser(app, "omar").get("/reports/1"))


def test_a_report_within_the_project_is_not(app: Flask) -> None:
    moved(app, -20)
    assert EARLY not in words(browser(app, "mg1").get("/reports/1/send"))
    sent(app)

    shown = words(browser(app, "omar").get("/reports/1"))
    assert FITS in shown
    assert SENT_EARLY not in shown


def test_a_report_that_is_due_before_the_project_is_named(app: Flask) -> None:
    moved(app, -20)
    with app.app_context(), transaction():
        row = db.session.get_one(Report, 1)
        locking.hold(row)
        row.due_on = row.award.starts_on - timedelta(days=1)
        w.recorded()
    sent(app)

    assert "Due on " in words(browser(app, "omar").get("/reports/1"))
    assert FITS not in words(browser(app, "omar").get("/reports/1"))


def test_the_reader_of_an_early_final_report_is_told_that_it_is_early(app: Flask) -> None:
    moved(app, -20)
    with app.app_context():
        award = db.session.get_one(Award, 1)
        w.reported(w.found(), award, 1)
        number = w.received(w.found(), award, 2).id
    stated = "The project runs until "

    assert stated in words(browser(app, "olga").get(f"/reports/{number}"))
    assert stated not in words(browser(app, "mg1").get(f"/reports/{number}"))
    assert stated not in words(browser(app, "olga").get("/reports/1"))
