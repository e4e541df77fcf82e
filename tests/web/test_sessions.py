"""Signing in: a browser has one session."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import SignInFailure
from grants.queries.sessions import COOKIE
from grants.services import sessions
from tests import world as w
from tests.browser import Careful, anonymous, signed_in
from tests.databases import advance
from tests.web.reading import statements

pytestmark = pytest.mark.sweep

SECRET = "correct horse battery staple"


def sign_in(app: Flask, browser: Careful) -> str:
    """Sign in as Mia on the page; return the token of her browser."""
    form = browser.get("/sign-in")
    answer = browser.submit(form, "/sign-in", email="mg1@example.org", password=SECRET)
    assert answer.status_code == 302
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def test_signing_in_again_ends_the_previous_session(app: Flask, settings: Settings) -> None:
    with app.app_context():
        mia = w.build(programmes=()).people["mg1"]
        with transaction() as session:
            session.merge(mia).password_hash = sessions.hasher(settings).hash(SECRET)
            w.recorded()
    browser, thief = anonymous(app), anonymous(app)

    first = sign_in(app, browser)
    thief.set_cookie(COOKIE, first)
    before = thief.get("/inbox").status_code
    second = sign_in(app, browser)

    assert first != second
    assert (before, thief.get("/inbox").status_code, browser.get("/inbox").status_code) == (200, 302, 200)


def test_a_refused_sign_in_is_an_error_of_the_whole_form(app: Flask) -> None:
    browser = anonymous(app)
    form = browser.get("/sign-in")

    answer = browser.submit(form, "/sign-in", email="nobody@example.org", password="wrong")

    assert answer.status_code == 422
    assert "The email address or the password is incorrect." in answer.page.text
    assert "Password: The" not in answer.page.text


MINUTE = 60


@pytest.fixture
def browser(app: Flask) -> Careful:
    """A browser in which an officer is signed in."""
    with app.app_context():
        return signed_in(app, w.build(programmes=()).people["olga"])


def visits(browser: Careful, settings: Settings, *minutes: int) -> list[int]:
    """The answers to a page that is opened after each of these pauses."""
    found = []
    for pause in minutes:
        advance(settings, pause * MINUTE)
        found.append(browser.get("/inbox").status_code)
    return found


def test_a_session_in_use_outlasts_the_idle_limit(browser: Careful, settings: Settings) -> None:
    assert settings.session_idle_minutes == 120
    assert visits(browser, settings, 29, 29, 29, 29, 29, 113) == [200] * 6


def test_a_session_ends_after_the_idle_limit_without_a_request(browser: Careful, settings: Settings) -> None:
    assert visits(browser, settings, 29, 121) == [200, 302]


def test_a_session_in_use_ends_at_its_absolute_limit(browser: Careful, settings: Settings) -> None:
    assert settings.session_hours == 12
    assert visits(browser, settings, *[60] * 11, 61) == [200] * 11 + [302]


def test_requests_are_noted_once_in_six_minutes(app: Flask, browser: Careful, settings: Settings) -> None:
    written = []
    for pause in (1, 4, 2, 0, 5, 2):
        advance(settings, pause * MINUTE)
        with statements(app) as sent:
            browser.get("/inbox")
        written.append(sum("UPDATE sign_in" in one for one in sent))

    assert written == [0, 0, 1, 0, 0, 1]


def test_unguarded_a_session_in_use_ends_under_the_hands_of_its_user(
    browser: Careful, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grants.web.site.authorization.is_unnoted", lambda *_: False)

    assert visits(browser, settings, 29, 29, 29, 29, 29) == [200, 200, 200, 200, 302]


@pytest.mark.parametrize("slots", ["COUNTING_SLOTS", "HASHING_SLOTS"])
def test_a_sign_in_that_finds_no_slot_is_told_so_and_counts_as_no_failure(
    app: Flask, monkeypatch: pytest.MonkeyPatch, slots: str
) -> None:
    monkeypatch.setattr(sessions, slots, threading.BoundedSemaphore(1))
    monkeypatch.setattr(sessions, "SLOT_SECONDS", 0.1)
    browser = anonymous(app)
    form = browser.get("/sign-in")

    with sessions.slot(getattr(sessions, slots)):
        answer = browser.submit(form, "/sign-in", email="nobody@example.org", password="wrong")

    assert answer.status_code == 503
    assert "The system is busy or is being restarted." in answer.page.text
    with app.app_context():
        assert db.session.query(SignInFailure).count() == 0


def test_no_connection_is_held_while_a_password_is_compared(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []
    with app.app_context():
        pool = db.engine.pool
    monkeypatch.setattr(sessions, "_verifies", lambda *_: held.append(pool.checkedout()))  # type: ignore[attr-defined]
    browser = anonymous(app)

    browser.submit(browser.get("/sign-in"), "/sign-in", email="nobody@example.org", password="wrong")

    assert held == [0]
