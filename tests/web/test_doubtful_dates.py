"""Dates of a proposal that do not fit each other are shown on the page that submits it, and prevent nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from grants.db import db, now, today
from grants.models import Application
from grants.services.letters import answered_by
from tests.web.writing import form_of, started

pytestmark = [pytest.mark.ground("small_draft"), pytest.mark.sweep]
TITLE = "Check these dates"


def checked(app: Flask, *, starts: int, months: int = 6, begins: int, ends: int) -> Any:
    """The check of a draft whose project and activity begin and end so many days after the decision."""
    client, id = started(app)
    with app.app_context():
        decision = answered_by(db.session.get_one(Application, id).call, now()).date()
    days = {"starts_on": starts, "activities-0-start": begins, "activities-0-end": ends}
    sent = {name: (decision + timedelta(days=number)).isoformat() for name, number in days.items()}
    client.post(f"/applications/{id}/write", data=form_of(client, id) | sent | {"months": str(months)})
    return client.get(f"/applications/{id}/send").page


def test_dates_that_fit_are_not_mentioned(app: Flask) -> None:
    assert TITLE not in checked(app, starts=0, begins=0, ends=100).text


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"starts": -1, "begins": 0, "ends": 100}, "The project starts on "),
        ({"starts": 10, "begins": 9, "ends": 100}, "The activity in line 1 starts on "),
        ({"starts": 0, "begins": 1, "ends": 200}, "The activity in line 1 ends on "),
    ],
)
def test_dates_that_do_not_fit_are_shown_and_prevent_nothing(app: Flask, dates: dict[str, int], expected: str) -> None:
    page = checked(app, **dates)

    assert TITLE in page.text
    assert expected in page.text
    assert page.form("/transitions/submit")


@pytest.mark.parametrize(("ends", "shown"), [(-1, False), (0, True)])
def test_the_last_day_of_the_project_is_that_of_an_award(app: Flask, ends: int, *, shown: bool) -> None:
    client, id = started(app)
    with app.app_context():
        starts = (today() + timedelta(days=400)).replace(day=1)
    last = starts.replace(year=starts.year + 1) + timedelta(days=ends)
    sent = {"starts_on": starts, "activities-0-start": starts, "activities-0-end": last}
    texts = {name: day.isoformat() for name, day in sent.items()} | {"months": "12"}

    client.post(f"/applications/{id}/write", data=form_of(client, id) | texts)

    assert ("The activity in line 1 ends on " in client.get(f"/applications/{id}/send").page.text) is shown
