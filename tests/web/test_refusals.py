"""Every page refuses what it cannot process: with a sentence and a status, and without partial changes."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from flask import Flask

from grants.db import db
from grants.models import Application
from grants.services import sessions
from tests import world as w
from tests.browser import anonymous, signed_in

RIGHT = "the right one"


def test_a_request_that_is_too_large_is_refused_with_a_reason(app: Flask) -> None:
    answer = anonymous(app).post("/sign-in", data={"email": "x" * 10_000_000})

    assert answer.status_code == 413
    assert "more than 2 MB" in answer.page.text


def test_a_letter_that_is_too_large_to_verify_is_refused_with_its_own_reason(app: Flask) -> None:
    answer = anonymous(app).post("/check", data=b"x" * 3_000_000, content_type="multipart/form-data; boundary=b")

    assert answer.status_code == 413
    assert "The file is larger than 2 MB, so we could not verify it." in answer.page.text
    assert "Shorten your text" not in answer.page.text


@pytest.mark.parametrize("name", ["email", "password", "next"])
def test_a_null_character_is_refused_with_a_reason(app: Flask, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    answer = anonymous(app).post("/sign-in", data={name: "a\x00b"})

    assert answer.status_code == 422
    assert "code 0" in answer.page.text


@pytest.mark.ground("small_draft")
@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_csrf_token_changes_nothing(app: Flask, token: str | None) -> None:
    with app.app_context():
        writer = w.found().people["mg1"]
    sent = {} if token is None else {"csrf_token": token}

    answer = signed_in(app, writer).post("/applications/1/transitions/withdraw", data=sent)

    assert answer.status_code == 400
    assert "was not sent from our site" in answer.page.text
    with app.app_context():
        assert db.session.query(Application.step).scalar() == "draft"


@pytest.mark.parametrize("path", ["/nothing", "/applications/999999", "/documents/999999999999", "/batches/0"])
def test_missing_and_hidden_objects_look_the_same(app: Flask, path: str) -> None:
    with app.app_context():
        world = w.build(programmes=())
        officer = world.people["uma"]
        db.session.remove()

    answer = signed_in(app, officer).get(path)

    assert answer.status_code == 404
    assert "Page not found" in answer.page.h1


def test_signing_in_never_redirects_to_another_site(app: Flask) -> None:
    hidden = ("/\t/elsewhere.example", "/\n/elsewhere.example", "/inbox\r\nSet-Cookie: x=1")
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:", *hidden):
        page = anonymous(app).get("/sign-in", query_string={"next": target}).page

        assert page.form("/sign-in").fields["next"] == [""], target


def test_every_response_has_the_security_headers(app: Flask) -> None:
    sheet = f"/assets/{app.extensions['assets']['css'].digest}/site.css"
    for path in ("/", "/nothing", "/static/mark.svg", sheet, "/health"):
        answer = anonymous(app).get(path)
        policy = answer.headers["Content-Security-Policy"]
        answer.close()

        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_an_unknown_host_is_refused(app: Flask) -> None:
    assert anonymous(app).get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("argument", ["endpoint", "_method", "_scheme", "_external", "_anchor", "id", "values", "self"])
def test_a_query_parameter_may_have_any_name(app: Flask, argument: str) -> None:
    assert anonymous(app).get("/", query_string={argument: "x"}).status_code == 200


@pytest.mark.parametrize("referrer", ["http://[::1", "http://a]b/", "http://localhost//elsewhere.example/"])
def test_a_referer_never_redirects_to_another_site(app: Flask, referrer: str) -> None:
    answer = anonymous(app).get("/nothing", headers={"Referer": referrer})

    assert answer.status_code == 404
    assert "Go back" not in answer.page.links


def test_an_unknown_address_costs_one_password_hash_like_a_known_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        settings = app.extensions["settings"]
        nobody = sessions.Attempt(failure_id=0, person_id=None, password_hash="")
        compared: list[object] = []
        with pytest.raises(sessions.NotSignedIn):
            sessions.verify(nobody, "wrong", settings)
        monkeypatch.setattr(PasswordHasher, "hash", lambda *_: pytest.fail("a second hash"))
        monkeypatch.setattr(PasswordHasher, "verify", lambda *given: compared.append(given))

        with pytest.raises(sessions.NotSignedIn):
            sessions.verify(nobody, "wrong", settings)

    assert len(compared) == 1
