"""The actions of a page are reached by keyboard early: the second stop leads to them."""

from __future__ import annotations

import pytest

from tests.pages.visits import Visits

pytestmark = pytest.mark.system

ACTING = [
    ("own", "/applications/{checked}"),
    ("own", "/awards/{offered_award}"),
    ("off", "/applications/{checked}"),
    ("app", "/applications/{decision}"),
    ("off", "/reports/{received}"),
    ("off", "/office/calls/{call}"),
    ("fin", "/batches/{batch}"),
]
INSIDE = "id => document.getElementById(id).contains(document.activeElement)"


@pytest.mark.parametrize(("actor", "path"), ACTING)
def test_the_second_stop_leads_to_the_actions(visits: Visits, actor: str, path: str) -> None:
    visits.open(actor, path)
    for _ in range(2):
        visits.window.keyboard.press("Tab")
    place = visits.window.evaluate("document.activeElement.hash")
    visits.window.keyboard.press("Enter")

    visits.window.keyboard.press("Tab")

    assert visits.window.evaluate(INSIDE, place.removeprefix("#"))


def test_a_page_without_actions_has_no_such_stop(visits: Visits) -> None:
    """Counter-test: on a page to read, the second stop is in the header."""
    visits.open("own", "/applications")
    for _ in range(2):
        visits.window.keyboard.press("Tab")

    assert visits.window.evaluate("document.activeElement.closest('header') !== null")
