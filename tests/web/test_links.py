"""The page of a one-time link: it shows whose account it is for, and uses the link when its form is sent."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.models import Event, Link, Person, SignIn
from grants.queries import links as stored
from grants.queries.sessions import COOKIE
from grants.services import links, locking, persons, transitions
from tests import world as w
from tests.browser import Answer, Careful, anonymous, confirmed_session, signed_in
from tests.databases import advance
from tests.web.reading import statements

pytestmark = pytest.mark.ground("small")

SECRET = "a mast on the hill"
GONE = "This link does not work"


def issued(app: Flask, purpose: str = links.SET_UP, name: str = "mg1") -> str:
    """The path of a new link."""
    with app.app_context(), transaction():
        person = w.found().people[name]
        locking.hold(person)
        return f"/link/{links.issue(person, purpose)}"


def use(browser: Careful, path: str, **fields: Any) -> Answer:
    """Open the link and send its form."""
    return browser.submit(browser.get(path), path, **fields)


def facts(app: Flask, name: str = "mg1") -> tuple[bool, int, list[str]]:
    """Whether the person has a password, how many sessions, and the keys of the last two events."""
    with app.app_context():
        person = w.found().people[name]
        events = db.session.query(Event).filter_by(subject="person", subject_id=person.id).order_by(Event.number)
        running = db.session.query(SignIn).filter_by(person_id=person.id).count()
        return person.password_hash is not None, running, [event.key for event in events][-1:]


def test_opening_a_link_changes_nothing(app: Flask) -> None:
    path = issued(app)
    with statements(app) as sent:
        answers = [anonymous(app).get(path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_the_page_shows_the_name_and_no_whole_address(app: Flask) -> None:
    text = anonymous(app).get(issued(app)).page.text

    assert "This link is for the account of Mg1 (demo), m…\N{WORD JOINER}@example.org." in text
    assert "mg1@" not in text


@pytest.mark.parametrize(("purpose", "label"), [(links.SET_UP, "Password"), (links.PASSWORD, "New password")])
def test_only_a_password_that_replaces_another_is_called_new(app: Flask, purpose: str, label: str) -> None:
    assert f">{label}</label>" in anonymous(app).get(issued(app, purpose)).text


@pytest.mark.parametrize("purpose", [links.SET_UP, links.PASSWORD])
def test_a_link_sets_the_password_and_signs_in(app: Flask, settings: Settings, purpose: str) -> None:
    path, browser = issued(app, purpose), anonymous(app)
    with app.app_context(), transaction():
        confirmed_session(w.found().people["mg1"], settings)

    answer = use(browser, path, password=SECRET)

    assert (answer.status_code, answer.location) == (302, "/inbox")
    assert facts(app) == (True, 1, ["password"])
    assert browser.get("/inbox").status_code == 200
    signing = anonymous(app)
    form = signing.get("/sign-in")
    assert signing.submit(form, "/sign-in", email="mg1@example.org", password=SECRET).status_code == 302


def test_a_sign_in_link_has_one_button_and_leaves_the_password_alone(app: Flask) -> None:
    path, browser = issued(app, links.SIGN_IN), anonymous(app)
    fields = browser.get(path).page.form(path).fields

    answer = use(browser, path)

    assert set(fields) == {"csrf_token", "idempotency_key"}
    assert (answer.status_code, browser.get("/inbox").status_code) == (302, 200)
    assert facts(app)[0] is False


UNFIT = {
    "": "Enter a password.",
    "short": "Enter 12 characters or more: you entered 5.",
    "x" * 201: "Enter 200 characters or fewer in “Password”: you entered 201.",
    "Qwerty123456": "Many people use this password, so it is easy to guess. Choose another one.",
    "Mg1@Example.org": "Choose a password that is neither your email address nor your name.",
}


@pytest.mark.parametrize("password", UNFIT)
def test_a_password_that_does_not_fit_is_refused_and_the_link_still_works(app: Flask, password: str) -> None:
    path, browser = issued(app), anonymous(app)

    answer = use(browser, path, password=password)

    assert answer.status_code == 422
    assert UNFIT[password] in answer.page.text
    assert facts(app)[:2] == (False, 0)
    assert browser.submit(answer, path, password=SECRET).status_code == 302


def test_a_password_that_is_the_name_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context(), transaction():
        made = persons.add(email="ann@example.org", name="Annabel Lee Poe", password_hash=None, actor=w.SYSTEM)
        path = f"/link/{persons.set_up_link(made, actor=w.SYSTEM)}"
    refused = use(anonymous(app), path, password="annabel lee POE").status_code
    monkeypatch.setattr(persons, "unfit", lambda *_: None)

    assert (refused, use(anonymous(app), path, password="annabel lee POE").status_code) == (422, 302)


def test_every_link_that_does_not_work_gets_the_same_page(app: Flask, settings: Settings) -> None:
    used, ended, replaced = issued(app), issued(app, name="omar"), issued(app, name="ada")
    use(anonymous(app), used, password=SECRET)
    issued(app, name="ada")
    with app.app_context(), transaction():
        persons.end(db.session.get_one(Person, w.found().people["omar"].id), actor=w.SYSTEM, apply=transitions.apply)
    expired = issued(app, links.SIGN_IN, "fay")
    advance(settings, 1_201)

    paths = (used, ended, replaced, expired, "/link/unknown", f"{expired}x", "/link/%F0%9F%98%80", "/link/%ff%ed%a0%80")
    answers = [anonymous(app).get(path) for path in paths]

    assert {(answer.status_code, answer.page.h1, answer.page.text) for answer in answers} == {
        (404, GONE, answers[0].page.text)
    }


def test_a_form_of_a_link_that_was_used_meanwhile_is_refused(app: Flask) -> None:
    path, browser, other = issued(app), anonymous(app), anonymous(app)
    shown = browser.get(path)
    use(other, path, password=SECRET)

    answer = browser.submit(shown, path, password="another password")

    assert (answer.status_code, answer.page.h1, browser.get_cookie(COOKIE)) == (404, GONE, None)


def test_the_second_of_two_clicks_leads_to_the_same_page(app: Flask) -> None:
    path, browser = issued(app), anonymous(app)
    shown = browser.get(path)
    answers = [browser.submit(shown, path, password=SECRET) for _ in range(2)]

    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/inbox")] * 2
    assert facts(app)[1:] == (1, ["password"])


def test_of_two_forms_sent_at_once_one_signs_in(app: Flask) -> None:
    path, statuses = issued(app), list[int]()
    ready = threading.Barrier(2)

    def send() -> None:
        browser = anonymous(app)
        shown = browser.get(path)
        ready.wait()
        statuses.append(browser.submit(shown, path, password=SECRET).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 404]
    assert facts(app)[1] == 1


def test_who_else_was_signed_in_here_is_signed_out(app: Flask) -> None:
    path = issued(app)
    with app.app_context():
        browser = signed_in(app, w.found().people["omar"])

    answer = browser.get(path)
    browser.submit(answer, path, password=SECRET)

    assert (
        "You are signed in as Omar (demo). If you continue, you will be signed out of that account" in answer.page.text
    )
    assert facts(app, "omar")[1] == 0


def test_the_address_stays_out_of_caches_and_of_later_requests(app: Flask) -> None:
    path, browser = issued(app), anonymous(app)
    answers = [browser.get(path), use(browser, path, password="short"), browser.get("/link/unknown")]

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize(("referrer", "status"), [("https://localhost/", 302), ("", 400)])
def test_the_form_is_accepted_over_https_with_the_origin_that_the_policy_lets_through(
    app: Flask, referrer: str, status: int
) -> None:
    path, browser = issued(app, links.SIGN_IN), anonymous(app)
    form = browser.get(path, base_url="https://localhost").page.form(path)
    headers = {"Referer": referrer} if referrer else {}

    answer = browser.post(path, data=form.fields, base_url="https://localhost", headers=headers)

    assert answer.status_code == status


def test_a_form_of_another_site_uses_no_link(app: Flask) -> None:
    path = issued(app, links.SIGN_IN)
    answer = anonymous(app).post(path, data={})
    with app.app_context():
        unused = db.session.query(Link).one().used_at

    assert (answer.status_code, unused) == (400, None)


@pytest.mark.parametrize("concealed", [True, False])
def test_an_error_leaves_no_token_in_the_log(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, concealed: bool
) -> None:
    """Without the filter, the token is found."""
    path = issued(app)
    monkeypatch.setattr(stored, "live", lambda _: 1 / 0)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setattr(app, "config", app.config | {"PROPAGATE_EXCEPTIONS": False})
    if not concealed:
        monkeypatch.setattr(app.logger, "filters", [])

    answer = anonymous(app).get(path)

    assert answer.status_code == 500
    assert "Exception on /link/" in caplog.text
    assert (path in caplog.text) is not concealed
