"""The page after an action of the office says what was done, in the words of the history."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Award
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.web.reading import words


def approved(app: Flask) -> tuple[Careful, Answer]:
    """Omar approves a report."""
    with app.app_context():
        w.received(w.found(), db.session.get_one(Award, 1), 1)
    omar = browser(app, "omar")
    return omar, omar.submit(omar.get("/reports/1"), "/transitions/approve", confirmed="yes")


@pytest.mark.ground("active")
def test_the_page_after_an_action_says_what_was_done_and_takes_the_focus(app: Flask) -> None:
    omar, answer = approved(app)
    page = omar.get(answer.location)

    assert '<div class="notice done" tabindex="-1" data-focus><p>Interim report approved.</p></div>' in page.text
    assert 'class="notice done"' not in omar.get("/reports/1").text


@pytest.mark.ground("active")
def test_nobody_else_reads_it_as_their_own(app: Flask) -> None:
    _, answer = approved(app)

    for name in ("olga", "mg1"):
        assert 'class="notice done"' not in browser(app, name).get(answer.location).text


@pytest.mark.ground("active")
@pytest.mark.parametrize("event", ["", "x", "0", "-1", "99999999999999999999", "999999"])
def test_an_address_that_names_no_event_says_nothing(app: Flask, event: str) -> None:
    assert 'class="notice done"' not in browser(app, "omar").get(f"/reports/1?event={event}").text


@pytest.mark.ground("active")
def test_a_role_that_was_given_or_ended_is_named(app: Flask) -> None:
    ada = browser(app, "ada")
    with app.app_context():
        path = f"/people/{w.found().people['mg1'].id}"
    given = ada.get(ada.give_role(path, role="auditor", scope="everything").location)
    ended = ada.get(ada.submit(given, "/end", confirmed="yes").location)

    assert "Appointed as Auditor." in words(given)
    assert "Appointment as Auditor ended." in words(ended)
