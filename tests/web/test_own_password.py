"""A person changes their password: the present one is entered, other sessions end, and the owner gets a mail."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.queries.sessions import COOKIE
from grants.services import persons, sessions
from grants.services.sessions import Attempt
from grants.web.persons import identity
from tests.browser import Answer, Careful, anonymous, browser, named
from tests.jobs.test_mailing import receiving
from tests.web.passwords import SECRET, entered, sign_in
from tests.web.test_account import events
from tests.web.test_devices import mails
from tests.web.test_mailed_links import paths, send

pytestmark = pytest.mark.ground("small")

NEW = "four unrelated words here"
PATH = "/account/password"


def change(client: Careful, **fields: Any) -> Answer:
    """Send the form with the present and a new password."""
    return client.submit(client.get(PATH), PATH, **{"present_password": SECRET, "password": NEW} | fields)


def token(client: Careful) -> str:
    """The token of the session."""
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def test_the_password_is_changed_and_all_other_sessions_end(app: Flask) -> None:
    here = entered(app, "mg1")
    other = anonymous(app)
    sign_in(other, "mg1")

    answer = change(here)

    assert (answer.status_code, here.get(answer.location).status_code) == (302, 200)
    assert other.get("/account").status_code == 302
    assert [sign_in(anonymous(app), "mg1", password=typed).status_code for typed in (SECRET, NEW)] == [422, 302]
    assert events(app)[-1] == "Password changed"
    assert "Your password was changed" in mails(app)


def test_the_token_of_the_session_changes(app: Flask) -> None:
    here, thief = entered(app, "mg1"), anonymous(app)
    stolen = token(here)
    thief.set_cookie(COOKIE, stolen)
    before = thief.get("/account").status_code

    change(here)

    assert (before, thief.get("/account").status_code, token(here) != stolen) == (200, 302, True)


def test_without_a_new_token_a_stolen_one_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    here, thief = entered(app, "mg1"), anonymous(app)
    thief.set_cookie(COOKIE, token(here))
    monkeypatch.setattr(sessions, "renew", lambda old: old)

    change(here)

    assert thief.get("/account").status_code == 200


def test_a_stranger_at_the_browser_does_not_change_it(app: Flask) -> None:
    here = entered(app, "mg1")

    answer = change(here, present_password="a guess that is wrong")

    assert (answer.status_code, "This is not your current password." in answer.page.text) == (422, True)
    assert "password" not in answer.page.form(PATH).fields or answer.page.form(PATH).fields["password"] == [""]
    assert sign_in(anonymous(app), "mg1").status_code == 302


def test_without_the_question_a_stranger_would_change_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    here = entered(app, "mg1")
    with app.app_context():
        stored = named("mg1").password_hash or ""
    monkeypatch.setattr(identity, "verified", lambda *_: Attempt(0, None, stored))

    change(here, present_password="a guess that is wrong")

    assert sign_in(anonymous(app), "mg1", password=NEW).status_code == 302


def test_guesses_are_counted_like_those_of_the_sign_in_page(app: Flask) -> None:
    here = entered(app, "mg1")
    answers = [change(here, present_password="a guess that is wrong") for _ in range(sessions.TRIES + 1)]

    assert "Too many attempts." in answers[-1].page.text
    assert change(here).status_code == 422


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short", "Enter 12 characters or more"), ("mg1@example.org", "neither your email address nor your name")],
)
def test_a_weak_password_is_refused(app: Flask, password: str, sentence: str) -> None:
    answer = change(entered(app, "mg1"), password=password)

    assert (answer.status_code, sentence in answer.page.text) == (422, True)


def test_a_password_that_was_changed_meanwhile_is_not_overwritten(app: Flask, settings: Settings) -> None:
    here = entered(app, "mg1")
    real = persons.change_password

    def late(person: Any, new: str, *, known: str, token: str) -> str:
        return real(person, new, known=f"{known} of an hour ago", token=token)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(persons, "change_password", late)
        answer = change(here)

    assert (answer.status_code, "has been changed in the meantime" in answer.page.text) == (409, True)


def test_without_a_password_a_link_sets_one(app: Flask) -> None:
    client = browser(app, "mg1")
    page = client.get(PATH)
    with receiving(app) as sink:
        answer = client.submit(page, "/sign-in", way="password")
        send(app)
        [path] = paths(sink)
    fresh = anonymous(app)
    fresh.submit(fresh.get(path), path, password=NEW)

    assert (answer.status_code, "Your account has no password" in page.page.text) == (200, True)
    assert sign_in(anonymous(app), "mg1", password=NEW).status_code == 302
    assert "Your password was changed" not in mails(app)
