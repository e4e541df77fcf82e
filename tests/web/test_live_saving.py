"""Automatic saves in Chromium: what is typed stays on the page when they are refused, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from grants.db import ConstraintViolated
from grants.web.drafts import routes
from tests.browser import Careful
from tests.web.bridged import bridged, opened, typed
from tests.web.passwords import entered, lose_session, sign_in
from tests.web.writing import drafted

pytestmark = [pytest.mark.system, pytest.mark.ground("small_draft")]

WRITE = "http://localhost/applications/1/write"
BACK_FROM_ANOTHER_TAB = "document.dispatchEvent(new Event('visibilitychange'))"
TEXT = "Solar power for the mast"
LARGE = 3_000_000
NOTICE = "[data-notices]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A window of Chromium."""
    with opened() as window:
        yield window


def signed_out(app: Flask, window: Page, **change: Any) -> Careful:
    """A writer whose session ends while they write, and who has seen that."""
    client = entered(app, "mg1")
    bridged(window, client, **change).goto(WRITE)
    window.evaluate("localStorage.clear()")
    lose_session(client)
    typed(window, "title", TEXT)
    window.wait_for_selector(f"{NOTICE} .cannot")
    return client


def test_a_page_whose_session_has_ended_offers_to_sign_in_in_another_tab(app: Flask, browser: Page) -> None:
    signed_out(app, browser)

    link = browser.locator(f"{NOTICE} a")
    assert "You are signed out" in browser.inner_text(NOTICE)
    assert (link.get_attribute("href"), link.get_attribute("target")) == ("/sign-in", "_blank")
    assert browser.input_value("#title") == TEXT
    assert drafted(app, 1).title != TEXT


def test_the_text_is_saved_when_its_author_comes_back_signed_in(app: Flask, browser: Page) -> None:
    client = signed_out(app, browser)

    sign_in(client, "mg1")
    browser.evaluate(BACK_FROM_ANOTHER_TAB)
    browser.wait_for_selector(f"{NOTICE} .cannot", state="detached")

    assert drafted(app, 1).title == TEXT


def test_while_it_is_signed_out_the_page_names_no_time_of_a_save(app: Flask, browser: Page) -> None:
    client = entered(app, "mg1")
    bridged(browser, client).goto(WRITE)
    browser.evaluate("localStorage.clear()")
    typed(browser, "title", TEXT)
    browser.wait_for_selector(".guard [data-saved-line]")

    lose_session(client)
    typed(browser, "title", f"{TEXT} again")
    browser.wait_for_selector(f"{NOTICE} .cannot")
    assert browser.locator(".guard [data-saved-line]").is_hidden()

    sign_in(client, "mg1")
    browser.evaluate(BACK_FROM_ANOTHER_TAB)
    browser.wait_for_selector(f"{NOTICE} .cannot", state="detached")
    assert browser.locator(".guard [data-saved-line]").is_visible()


def test_without_looking_again_it_would_wait_for_the_next_key(app: Flask, browser: Page) -> None:
    """Counter-test: a page that does not notice that it is visible again keeps the text for itself."""
    client = signed_out(app, browser, script=("() => this.save(document.hidden)", "() => {}"))

    sign_in(client, "mg1")
    browser.evaluate(BACK_FROM_ANOTHER_TAB)
    browser.wait_for_timeout(1_500)

    assert drafted(app, 1).title != TEXT


def test_a_text_that_is_too_large_stays_on_the_page_which_names_the_limit(app: Flask, browser: Page) -> None:
    client = entered(app, "mg1")
    bridged(browser, client).goto(WRITE)
    browser.evaluate("localStorage.clear()")

    typed(browser, "summary", "x" * LARGE)
    browser.wait_for_selector(f"{NOTICE} .cannot")
    refused = browser.inner_text(NOTICE)
    browser.evaluate("showNotice('')")
    browser.evaluate("document.getElementById('draft').requestSubmit()")
    pressed = browser.inner_text(NOTICE)

    assert "at most 2 MB" in refused
    assert "at most 2 MB" in pressed
    assert (browser.url, len(browser.input_value("#summary"))) == (WRITE, LARGE)

    typed(browser, "summary", TEXT)
    browser.wait_for_selector(f"{NOTICE} .cannot", state="detached")
    assert drafted(app, 1).answers["summary"] == TEXT


def violated(app: Flask, window: Page, monkeypatch: pytest.MonkeyPatch, script: tuple[str, str]) -> None:
    """A save that the database refuses: 409 with the page of an error, unlike 409 with a notice of our own."""

    def refuse(*_: object) -> None:
        raise ConstraintViolated("some_key")

    monkeypatch.setattr(routes, "_keep", refuse)
    bridged(window, entered(app, "mg1"), script).goto(WRITE)
    window.evaluate("localStorage.clear()")
    typed(window, "title", TEXT)


def test_a_refusal_without_a_notice_keeps_the_text_on_the_device(
    app: Flask, browser: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    violated(app, browser, monkeypatch, ("", ""))
    browser.wait_for_selector(f"{NOTICE} .cannot")

    assert "Your last change was not saved" in browser.inner_text(NOTICE)
    assert TEXT in browser.evaluate("JSON.stringify({ ...localStorage })")


def test_a_refusal_taken_for_a_notice_would_be_called_offline(
    app: Flask, browser: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the script fails at the page of the error, which is no JSON, and tries again without an end."""
    violated(app, browser, monkeypatch, ("|| !told", ""))
    browser.wait_for_selector(f"{NOTICE} .info")

    assert "You are offline" in browser.inner_text(NOTICE)


def test_without_measuring_the_page_would_be_left_for_the_refusal(app: Flask, browser: Page) -> None:
    """Counter-test: the server refuses the form without reading it."""
    client = entered(app, "mg1")
    bridged(browser, client, ("2 * 1024 * 1024", "Infinity")).goto(WRITE)
    browser.evaluate("localStorage.clear()")

    typed(browser, "summary", "x" * LARGE)
    browser.wait_for_selector(f"{NOTICE} .cannot")
    with browser.expect_navigation() as answer:
        browser.evaluate("document.getElementById('draft').requestSubmit()")

    assert answer.value
    assert answer.value.status == 413
    assert browser.inner_text("h1") == "The request is too large"
