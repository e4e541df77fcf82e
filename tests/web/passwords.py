"""Helpers with which tests sign in and out on the pages, as people do."""

from __future__ import annotations

from typing import Any

from flask import Flask

from config import Settings
from grants.db import transaction
from grants.queries.sessions import COOKIE
from grants.services import sessions
from tests import world as w
from tests.browser import Answer, Careful, anonymous

SECRET = "correct horse battery staple"


def let_sign_in(app: Flask, *names: str) -> None:
    """Give these people the password SECRET."""
    settings: Settings = app.extensions["settings"]
    with app.app_context(), transaction() as session:
        people = w.found().people
        for name in names:
            session.merge(people[name]).password_hash = sessions.hasher(settings).hash(SECRET)
        w.recorded()


def sign_in(browser: Careful, name: str, *, password: str = SECRET) -> Answer:
    """Sign in on the page of its own."""
    return browser.submit(browser.get("/sign-in"), "/sign-in", email=f"{name}@example.org", password=password)


def sign_in_on_the_spot(browser: Careful, answer: Answer, name: str, **fields: Any) -> Answer:
    """Sign in on the page that a form got after its session had ended."""
    return browser.submit(answer, "/sign-in", **{"email": f"{name}@example.org", "password": SECRET} | fields)


def sign_out(browser: Careful) -> None:
    """Sign out on a page, as another tab does."""
    answer = browser.submit(browser.get("/account"), "/sign-out")
    assert answer.status_code == 302


def entered(app: Flask, name: str) -> Careful:
    """A browser in which this person has signed in on the page."""
    let_sign_in(app, name)
    browser = anonymous(app)
    assert sign_in(browser, name).status_code == 302
    return browser


def lose_session(browser: Careful) -> None:
    """Let the session end, as the clock does: the cookie of forms stays."""
    browser.delete_cookie(COOKIE)


def planted(victim: Careful, attacker: Careful) -> None:
    """Put the form cookie of one browser into the other."""
    cookie = attacker.get_cookie("grants_form")
    assert cookie is not None
    victim.set_cookie("grants_form", cookie.value)
