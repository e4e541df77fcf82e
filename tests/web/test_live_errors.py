"""Errors beside fields in Chromium: a link leads into the field, and a field that is cured loses its error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import browser as client_of
from tests.web.bridged import bridged, opened, typed

pytestmark = [pytest.mark.system, pytest.mark.ground("small_draft")]

WRITE = "http://localhost/applications/1/write"
FOCUSED = "document.activeElement.id"
SUBMIT = "document.getElementById('draft').requestSubmit()"
NAMES = "all('[name^=budget-][name$=-what]').map(({ name }) => name)"
WRONG = {"budget-0-quantity": "ten", "budget-0-unit_cost": "1,,5", "months": "12 weeks", "indicators-0-target": "all"}
GAP = {"budget-0-what": "", "budget-0-quantity": "", "budget-0-unit_cost": "", "budget-1-quantity": "ten"}
"""The first line of the budget is cleared, so that the numbers of the lines on the page have a gap."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A window of Chromium."""
    with opened() as window:
        yield window


def shown(app: Flask, window: Page, address: str = WRITE, script: tuple[str, str] = ("", "")) -> Page:
    """The page of the draft."""
    bridged(window, client_of(app, "mg1"), script).goto("http://localhost/check")
    window.evaluate("localStorage.clear()")
    window.goto(address)
    return window


def refused(app: Flask, window: Page, texts: dict[str, str], script: tuple[str, str] = ("", "")) -> Page:
    """The page of the draft after it was sent with these texts."""
    page = shown(app, window, script=script)
    for id, text in texts.items():
        typed(page, id, text)
    with page.expect_navigation():
        page.evaluate(SUBMIT)
    return page


def errors(page: Page) -> set[str]:
    """The fields beside which an error stands."""
    found: list[str] = page.evaluate("all('.error[id]').map((one) => one.id.replace('-error', ''))")
    return set(found)


@pytest.mark.parametrize("id", WRONG)
def test_a_link_of_the_summary_puts_the_cursor_into_the_field(app: Flask, browser: Page, id: str) -> None:
    page = refused(app, browser, WRONG)

    page.click(f'.summary a[href="#{id}"]')
    page.wait_for_timeout(50)

    assert page.evaluate(FOCUSED) == id


CURED = {
    "budget-0-quantity": "2,5",
    "budget-0-unit_cost": "USD 1,250.00",
    "months": "12",
    "indicators-0-target": "-3.5",
}


def test_a_field_loses_its_error_when_its_number_can_be_read(app: Flask, browser: Page) -> None:
    page = refused(app, browser, WRONG)
    assert errors(page) == set(WRONG)

    left = []
    for id, text in CURED.items():
        typed(page, id, text)
        left.append(len(errors(page)))

    assert left == [3, 2, 1, 0]
    assert page.locator(".row-errors, .summary, .wrong, [aria-invalid]").count() == 0


REFUSED = [
    ("months", "12.5"),
    ("months", "121"),
    ("months", "0"),
    ("budget-0-quantity", "-1"),
    ("budget-0-quantity", "1.2345"),
    ("budget-0-unit_cost", "1.005"),
    ("budget-0-unit_cost", "20 EUR"),
    ("indicators-0-target", "USD 5"),
]


def test_a_number_that_the_server_refuses_keeps_the_error(app: Flask, browser: Page) -> None:
    page = refused(app, browser, WRONG)

    for id, text in REFUSED:
        typed(page, id, text)
        assert errors(page) == set(WRONG), text


def test_unread_numbers_would_keep_their_errors(app: Flask, browser: Page) -> None:
    """Counter-test: without the rule, every error stays until the next save."""
    page = refused(app, browser, WRONG, ("|| acceptsNumber(target)", ""))

    typed(page, "months", "12")

    assert errors(page) == set(WRONG)


def test_an_automatic_save_removes_the_errors_of_what_it_could_save(app: Flask, browser: Page) -> None:
    page = refused(app, browser, WRONG | {"summary": "x" * 20_001})
    assert errors(page) == {*WRONG, "summary"}

    typed(page, "summary", "Shorter")
    page.wait_for_selector("#summary-error", state="detached")

    assert errors(page) == set(WRONG)


@pytest.mark.parametrize("address", [f"{WRITE}?open=budget#budget-0-what", f"{WRITE}#budget-0-what"])
def test_the_editor_opens_at_the_field_that_a_link_names(app: Flask, browser: Page, address: str) -> None:
    page = shown(app, browser, address)

    assert page.evaluate(FOCUSED) == "budget-0-what"
    assert page.is_visible("#budget-0-what")


def test_a_new_row_never_takes_the_name_of_another(app: Flask, browser: Page) -> None:
    page = refused(app, browser, GAP)

    page.evaluate("addRow('budget')")

    assert page.evaluate(NAMES) == ["budget-1-what", "budget-2-what"]


def test_counted_rows_would_take_a_name_twice(app: Flask, browser: Page) -> None:
    """Counter-test: the number of a row used to be the count of the rows before it."""
    page = refused(app, browser, GAP, ("nextNumber(rows, name))", "all('[data-row]', rows).length)"))

    page.evaluate("addRow('budget')")

    assert page.evaluate(NAMES) == ["budget-1-what", "budget-1-what"]
