"""Text kept on this device, in Chromium, where the server has a newer one: it never takes its place unasked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from grants.db import db
from grants.models import Application
from tests import world as w
from tests.browser import signed_in
from tests.web.bridged import bridged, opened, typed
from tests.web.writing import form_of
from workflows.engine.roles import Role

pytestmark = [pytest.mark.system, pytest.mark.ground("small_draft")]

SHOWN = "http://localhost/applications/1/send"
FIELD = "#answer-answer"
OLD, NEW = "The old answer, which was never submitted.", "The newer answer, saved by a colleague."
LINE = ".kept-typed"
KEPT = "JSON.stringify({ ...localStorage })"


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    """A window of Chromium."""
    with opened() as found:
        yield found


@pytest.fixture
def author(app: Flask, window: Page) -> Page:
    """The author of an answer that was typed and not submitted; a colleague has saved another since."""
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "submit", "mg1", Role.APPLICANT)
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Who owns the mast then?")
        first, second = (signed_in(app, world.people[name]) for name in ("mg1", "mg2"))
    bridged(window, first).goto(SHOWN)
    window.evaluate("localStorage.clear()")
    typed(window, FIELD[1:], OLD)
    second.post("/applications/1/write", data=form_of(second, 1) | {"reply": NEW})
    window.goto(SHOWN)
    return window


def test_the_newer_text_stays_and_the_kept_one_stands_beside_it(author: Page) -> None:
    assert author.input_value(FIELD) == NEW
    assert OLD in author.inner_text(LINE)

    author.reload()
    assert (author.input_value(FIELD), OLD in author.inner_text(LINE)) == (NEW, True)


def test_the_kept_text_is_used_when_it_is_asked_for(author: Page) -> None:
    author.click(f"{LINE} button >> nth=0")

    assert (author.input_value(FIELD), author.locator(LINE).count()) == (OLD, 0)
    author.reload()
    assert author.input_value(FIELD) == OLD


def test_the_kept_text_is_cleared_and_the_newer_one_stays(author: Page) -> None:
    author.click(f"{LINE} button >> nth=1")

    assert author.input_value(FIELD) == NEW
    assert OLD not in author.evaluate(KEPT)


def test_typing_beside_it_keeps_both(author: Page) -> None:
    typed(author, FIELD[1:], f"{NEW} Yes.")
    author.reload()

    assert author.input_value(FIELD) == f"{NEW} Yes."
    assert OLD in author.inner_text(f"{LINE} >> nth=1")
