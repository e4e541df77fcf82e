"""What every page does with what it cannot take: a sentence, a status, and nothing half done."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from flask import Flask

from config import Settings
from grants.db import db, saving
from grants.models import Application
from grants.services import sessions
from tests import world as w
from tests.browser import anonymous, signed_in

RIGHT = "the right one"


def test_what_is_too_large_to_read_is_refused_and_says_so(app: Flask) -> None:
    answer = anonymous(app).post("/sign-in", data={"email": "x" * 10_000_000})

    assert answer.status_code == 413
    assert "larger than 2 MB" in answer.page.text


@pytest.mark.parametrize("name", ["email", "password", "next"])
def test_a_character_with_code_zero_is_refused_in_words(app: Flask, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    answer = anonymous(app).post("/sign-in", data={name: "a\x00b"})

    assert answer.status_code == 422
    assert "code 0" in answer.page.text


@pytest.mark.ground("small_draft")
@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_our_token_changes_nothing(app: Flask, token: str | None) -> None:
    with app.app_context():
        writer = w.found().people["mg1"]
    sent = {} if token is None else {"csrf_token": token}

    answer = signed_in(app, writer).post("/applications/1/moves/withdraw", data=sent)

    assert answer.status_code == 400
    assert "does not come from us" in answer.page.text
    with app.app_context():
        assert db.session.query(Application.step).scalar() == "draft"


@pytest.mark.parametrize("path", ["/nothing", "/applications/999999", "/documents/999999999999", "/batches/0"])
def test_what_is_not_there_and_what_is_not_ours_look_alike(app: Flask, path: str) -> None:
    with app.app_context():
        world = w.build(programmes=())
        officer = world.people["uma"]
        db.session.remove()

    answer = signed_in(app, officer).get(path)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.page.h1


def test_a_sign_in_never_leads_away_from_us(app: Flask) -> None:
    hidden = ("/\t/elsewhere.example", "/\n/elsewhere.example", "/inbox\r\nSet-Cookie: x=1")
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:", *hidden):
        page = anonymous(app).get("/sign-in", query_string={"next": target}).page

        assert page.form("/sign-in").fields["next"] == [""], target


def test_every_answer_carries_the_headers_of_safety(app: Flask) -> None:
    for path in ("/", "/nothing", "/static/site.css", "/health"):
        answer = anonymous(app).get(path)
        policy = answer.headers["Content-Security-Policy"]
        answer.close()

        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_a_host_we_do_not_know_is_refused(app: Flask) -> None:
    assert anonymous(app).get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("argument", ["endpoint", "_method", "_scheme", "_external", "_anchor", "id", "values", "self"])
def test_an_argument_may_be_called_anything(app: Flask, argument: str) -> None:
    assert anonymous(app).get("/", query_string={argument: "x"}).status_code == 200


@pytest.mark.parametrize("referrer", ["http://[::1", "http://a]b/", "http://localhost//elsewhere.example/"])
def test_where_somebody_says_to_come_from_leads_nowhere_else(app: Flask, referrer: str) -> None:
    answer = anonymous(app).get("/nothing", headers={"Referer": referrer})

    assert answer.status_code == 404
    assert "Go back" not in answer.page.links


def test_who_guesses_from_one_place_shuts_nobody_out_elsewhere(app: Flask) -> None:
    with app.app_context():
        world = w.build(programmes=())
        email, settings = world.people["olga"].email, app.extensions["settings"]
        with saving():
            world.people["olga"].password_hash = sessions.hasher(settings).hash(RIGHT)

        for _ in range(3 * sessions.TRIES):
            guess(settings, email, "192.0.2.1")

        with pytest.raises(sessions.TooMany):
            sessions.verified(email=email, password=RIGHT, address="192.0.2.1", settings=settings)
        assert sessions.verified(email=email, password=RIGHT, address="192.0.2.2", settings=settings).email == email


def guess(settings: Settings, email: str, address: str) -> None:
    """Sign in with a wrong password as the page does."""
    try:
        sessions.verified(email=email, password=f"not {RIGHT}", address=address, settings=settings)
    except sessions.TooMany:
        db.session.rollback()
    except sessions.NotSignedIn:
        with saving():
            sessions.record_failure(email=email, address=address)


def test_an_unknown_address_costs_one_hash_as_a_known_one_does(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        settings = app.extensions["settings"]
        guess(settings, "nobody@example.org", "192.0.2.3")
        monkeypatch.setattr(PasswordHasher, "hash", lambda *_: pytest.fail("a second hash"))

        guess(settings, "nobody@example.org", "192.0.2.3")
