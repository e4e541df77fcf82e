"""The address of an action, opened without its form, leads to the page that has the form."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser import anonymous, browser

pytestmark = pytest.mark.ground("submitted")


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/applications/1/transitions/ask", "/applications/1"),
        ("/applications/1/checks/standing", "/applications/1"),
        ("/applications/999/transitions/ask?x=//example.org", "/applications/999"),
        ("/failures/7/again", "/failures"),
    ],
)
def test_the_address_of_an_action_leads_to_its_page(app: Flask, address: str, page: str) -> None:
    answer = browser(app, "olga").get(address)

    assert (answer.status_code, answer.location) == (302, page)


def test_an_address_without_a_page_above_says_so(app: Flask) -> None:
    answer = browser(app, "olga").get("/sign-out")

    assert answer.status_code == 405
    assert "This page cannot be opened in this way" in answer.page.text


def test_a_foreign_address_is_never_led_to(app: Flask) -> None:
    for address in ("//example.org/applications/1/transitions/ask", "/\\example.org/applications/1/transitions/ask"):
        answer = anonymous(app).get(address)

        assert not (answer.location or "").startswith(("//", "/\\", "http://example", "https://example"))
