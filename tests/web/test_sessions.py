"""Signing in: a browser has one session."""

from __future__ import annotations

from flask import Flask

from config import Settings
from grants.db import transaction
from grants.queries.sessions import COOKIE
from grants.services import sessions
from tests import world as w
from tests.browser import Careful, anonymous

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
