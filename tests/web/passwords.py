"""Helpers with which tests sign in and out on the pages, as people do."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import update

from config import Settings
from grants.db import transaction
from grants.models import Factor
from grants.queries import factors
from grants.queries.sessions import COOKIE
from grants.services import sessions
from grants.services.integrity.changes import NOTED
from tests import world as w
from tests.browser import Answer, Careful, anonymous
from tests.second_factors import code, give_app

SECOND_STEP = "/sign-in/second-step"
SECRET = "correct horse battery staple"


def let_sign_in(app: Flask, *names: str) -> None:
    """Give these people the password SECRET and, where their role requires a second factor, an authenticator app."""
    settings: Settings = app.extensions["settings"]
    with app.app_context(), transaction() as session:
        people = w.found().people
        for name in names:
            session.merge(people[name]).password_hash = sessions.hasher(settings).hash(SECRET)
        w.recorded()
    with app.app_context():
        for person in (people[name] for name in names):
            if factors.roles(person.id) and not factors.of(person.id):
                with transaction():
                    give_app(app, person)


def sign_in(browser: Careful, name: str, *, password: str = SECRET) -> Answer:
    """Sign in on the page of its own, with the second step."""
    form = browser.get("/sign-in")
    return confirm(browser, browser.submit(form, "/sign-in", email=f"{name}@example.org", password=password))


def sign_in_on_the_spot(browser: Careful, answer: Answer, name: str, **fields: Any) -> Answer:
    """Sign in on the page that a form got after its session had ended, with the second step."""
    entered = {"email": f"{name}@example.org", "password": SECRET} | fields
    return confirm(browser, browser.submit(answer, "/sign-in", **entered))


def confirm(browser: Careful, answer: Answer) -> Answer:
    """Pass the second step where the answer asks for it, as if no code had been used before; else the same answer."""
    if answer.status_code == 302 and answer.location.startswith(SECOND_STEP):
        answer = browser.get(answer.location)
    elif answer.status_code != 200 or not any(form.action == SECOND_STEP for form in answer.page.forms):
        return answer
    forget_codes(browser.application)
    return browser.submit(answer, SECOND_STEP, code=code(browser.application))


def forget_codes(app: Flask) -> None:
    """Let the present code of every app count again."""
    with app.app_context(), transaction() as session:
        session.execute(update(Factor).values(used_step=None), execution_options=NOTED)


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
