"""Text in the form of an action, in Chromium: it stays on this device until it is submitted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from playwright.sync_api import Error, Page

from grants.db import db
from grants.models import Application
from tests.second_factors import code
from tests.web.bridged import bridged, opened, typed
from tests.web.passwords import SECRET, entered, forget_codes, lose_session

pytestmark = [pytest.mark.system, pytest.mark.ground("submitted")]

SHOWN = "http://localhost/applications/1"
FIELD = "ask-question"
TEXT = "Who owns the mast on the hill, and until when?"
LINE = ".kept-typed"
KEPT = "JSON.stringify({ ...localStorage })"
NOTE = "In good standing since 2019, by telephone"
PASS = """note => {
  const { form } = document.getElementById(note), action = form.getAttribute("action");
  const [quick] = [...document.forms].filter((one) => one !== form && one.getAttribute("action") === action);
  quick.requestSubmit();
}"""


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    """A window of Chromium."""
    with opened() as found:
        yield found


@pytest.fixture
def officer(app: Flask, window: Page) -> Page:
    """An officer who has typed a question and leaves the page."""
    bridged(window, entered(app, "olga")).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    typed(window, FIELD, TEXT)
    window.goto("http://localhost/applications")
    return window


def emptied(window: Page) -> None:
    """Wait until nothing is kept; a page between two others may be gone before it has answered."""
    for _ in range(80):
        with suppress(Error):
            if window.evaluate("localStorage.length") == 0:
                return
        window.wait_for_timeout(100)
    raise AssertionError(window.evaluate(KEPT))


def test_text_is_shown_again_after_leaving_the_page(officer: Page) -> None:
    officer.goto(SHOWN)

    assert officer.input_value(f"#{FIELD}") == TEXT
    assert officer.locator(f"#{FIELD}").is_visible()
    assert "did not submit it" in officer.inner_text(LINE)


def test_clearing_removes_it_from_page_and_device(officer: Page) -> None:
    officer.goto(SHOWN)
    officer.click(f"{LINE} button")

    assert officer.input_value(f"#{FIELD}") == ""
    assert TEXT not in officer.evaluate(KEPT)
    officer.goto(SHOWN)
    assert officer.locator(LINE).count() == 0


def test_it_is_dropped_once_it_is_submitted(app: Flask, officer: Page) -> None:
    officer.goto(SHOWN)
    officer.evaluate(f"document.getElementById('{FIELD}').form.requestSubmit()")
    officer.wait_for_url(f"{SHOWN}*")
    emptied(officer)

    with app.app_context():
        assert db.session.get_one(Application, 1).step == "question"


def test_a_refused_text_stays(officer: Page) -> None:
    officer.goto(SHOWN)
    typed(officer, FIELD, "Who?")
    officer.evaluate(f"document.getElementById('{FIELD}').form.requestSubmit()")
    officer.wait_for_selector(".summary")

    officer.goto(SHOWN)
    assert officer.input_value(f"#{FIELD}") == "Who?"


def test_it_is_dropped_after_signing_out(officer: Page) -> None:
    officer.goto(SHOWN)
    officer.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    officer.wait_for_url("http://localhost/")

    assert officer.evaluate("localStorage.length") == 0


def test_another_person_at_this_device_does_not_see_it(app: Flask, officer: Page) -> None:
    bridged(officer, entered(app, "pia")).goto(SHOWN)

    assert officer.locator(LINE).count() == 0
    assert TEXT in officer.evaluate(KEPT)


def test_it_is_dropped_when_it_is_submitted_after_signing_in_on_the_spot(app: Flask, window: Page) -> None:
    client = entered(app, "olga")
    bridged(window, client).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    typed(window, FIELD, TEXT)
    lose_session(client)
    window.evaluate(f"document.getElementById('{FIELD}').form.requestSubmit()")
    window.wait_for_selector("#password")
    assert TEXT in window.evaluate(KEPT)

    sign_in_there(app, window)
    assert TEXT in window.evaluate(KEPT)
    assert SECRET not in window.evaluate(KEPT)
    window.click("main button.first")
    window.wait_for_url(f"{SHOWN}*")
    emptied(window)


def sign_in_there(app: Flask, window: Page) -> None:
    """Olga signs in on the page that her form got, with the second step, and reaches what she had entered."""
    window.fill("#email", "olga@example.org")
    window.fill("#password", SECRET)
    window.click("main button.first")
    window.wait_for_selector("#code")
    forget_codes(app)
    window.fill("#code", code(app))
    window.click("main button.first")
    window.wait_for_selector(".entered")


def test_a_form_that_is_sent_again_and_lost_on_its_way_is_still_kept(app: Flask, window: Page) -> None:
    client = entered(app, "olga")
    bridged(window, client).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    typed(window, FIELD, TEXT)
    lose_session(client)
    window.evaluate(f"document.getElementById('{FIELD}').form.requestSubmit()")
    window.wait_for_selector("#password")
    sign_in_there(app, window)

    window.route("**/transitions/ask", lambda route: route.fulfill(status=503, body="The line is down."))
    window.click("main button.first")
    window.wait_for_selector("text=The line is down.")
    window.goto(SHOWN)

    assert window.input_value(f"#{FIELD}") == TEXT


def test_another_form_with_the_same_address_leaves_the_text_alone(app: Flask, window: Page) -> None:
    bridged(window, entered(app, "olga")).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    field = window.locator("form[action*='/checks/'] :is(textarea, input[type=text], input:not([type]))").first
    note = str(field.get_attribute("id"))
    typed(window, note, NOTE)
    window.evaluate(PASS, note)
    window.wait_for_url("**/checks/*")
    window.wait_for_selector("main h1")

    assert NOTE in window.evaluate(KEPT)


def test_the_texts_of_all_forms_that_were_submitted_are_dropped(officer: Page) -> None:
    stored = "for (const sent of ['one', 'two', 'three']) localStorage[`grants:${sent}`] = JSON.stringify({ sent });"
    officer.evaluate(f"localStorage.clear(); {stored} document.cookie = 'grants_accepted=one.two; path=/'")
    officer.goto(SHOWN)

    assert officer.evaluate("Object.keys(localStorage)") == ["grants:three"]


def test_without_the_cookie_it_would_be_offered_again(app: Flask, window: Page) -> None:
    """Counter-test: a page that does not learn which form was accepted keeps its text."""
    bridged(window, entered(app, "olga"), ("forgetAccepted();", "")).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    typed(window, FIELD, TEXT)
    window.evaluate(f"document.getElementById('{FIELD}').form.requestSubmit()")
    window.locator(f"#{FIELD}").wait_for(state="detached")
    window.wait_for_load_state()

    assert TEXT in window.evaluate(KEPT)
