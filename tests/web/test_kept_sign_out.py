"""Two tabs of one person in Chromium: after signing out in one, the other stores nothing on the device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import Careful
from tests.web.bridged import bridged, opened, typed
from tests.web.passwords import entered, sign_in

pytestmark = [pytest.mark.system, pytest.mark.ground("small_draft")]

FORM, DRAFT = "http://localhost/applications/1", "http://localhost/applications/1/write"
TEXT = "What nobody else at this computer may read"
STORED = "Object.keys(localStorage).filter((key) => key.startsWith('grants:'))"
NOTICE = "[data-notices]"


@pytest.fixture(scope="module")
def tabs() -> Iterator[tuple[Page, Page]]:
    """Two tabs of one browser."""
    with opened() as first:
        second = first.context.new_page()
        second.set_default_timeout(8_000)
        yield first, second


@pytest.fixture
def client(app: Flask, tabs: tuple[Page, Page]) -> Careful:
    """A writer with both tabs."""
    found = entered(app, "mg1")
    for tab in tabs:
        bridged(tab, found).goto(FORM)
    tabs[0].context.clear_cookies()
    tabs[0].evaluate("localStorage.clear()")
    return found


def leave(tab: Page) -> None:
    tab.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    tab.wait_for_url("http://localhost/")


def test_the_form_of_an_action_in_the_other_tab_is_not_kept(client: Careful, tabs: tuple[Page, Page]) -> None:
    first, second = tabs
    second.goto(FORM)
    typed(second, "withdraw-reason", TEXT)
    assert first.evaluate(STORED)
    leave(first)

    typed(second, "withdraw-reason", f"{TEXT} either")

    assert second.evaluate(STORED) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_draft_in_the_other_tab_is_not_kept(client: Careful, tabs: tuple[Page, Page], when: str) -> None:
    """Neither what is typed afterwards, nor what was typed just before and is refused."""
    first, second = tabs
    second.goto(DRAFT)
    if when == "before":
        typed(second, "title", TEXT)
    leave(first)
    if when == "after":
        typed(second, "title", TEXT)
    second.wait_for_selector(f"{NOTICE} .cannot")

    assert second.evaluate(STORED) == []
    assert "It is not stored on this device" in second.inner_text(NOTICE)
    assert second.input_value("#title") == TEXT


def test_a_page_opened_after_signing_in_again_keeps_its_text(client: Careful, tabs: tuple[Page, Page]) -> None:
    first, second = tabs
    leave(first)
    sign_in(client, "mg1")
    second.goto(FORM)
    typed(second, "withdraw-reason", TEXT)

    assert len(second.evaluate(STORED)) == 1
