"""What every page does with what it cannot take: a sentence, a status, and nothing half done."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application
from tests import world as w
from tests.browser import anonymous, signed_in


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


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_form_without_our_token_changes_nothing(app: Flask, token: str | None) -> None:
    with app.app_context():
        world = w.build(programmes=("BTN-S",))
        row = w.draft(world, "BTN-S", amount=4_000)
        address, writer = f"/applications/{row.id}/moves/withdraw", world.people["mg1"]
        db.session.remove()
    sent = {} if token is None else {"csrf_token": token}

    answer = signed_in(app, writer).post(address, data=sent)

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
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"):
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
