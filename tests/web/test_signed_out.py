"""A form that is sent after its session has ended: it signs in on the spot, and nothing that was typed is lost."""

from __future__ import annotations

import time
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, session

from grants.db import db
from grants.models import Application, IdempotencyKey
from grants.services import sessions
from grants.web.sessions import routes
from grants.web.site import authorization, csrf
from grants.web.site.authorization import Visitor, principal
from tests.browser import Answer, Careful, anonymous
from tests.web.passwords import (
    entered,
    let_sign_in,
    lose_session,
    planted,
    sign_in,
    sign_in_on_the_spot,
    sign_out,
)
from tests.web.writing import AUTO, drafted, form_of, single

pytestmark = pytest.mark.sweep

WRITE, WITHDRAW = "/applications/1/write", "/applications/1/transitions/withdraw"
SUMMARY = 'Line one\n\n"Two" <b>\nتثبيت برج'
TYPED = {"title": "Mast", "summary": SUMMARY, "budget-0-quantity": "7"}


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


def late(app: Flask, name: str = "mg1") -> tuple[Careful, dict[str, Any], Answer]:
    """A writer whose session ends while they write, the form, and the answer to it."""
    writer = entered(app, name)
    sent = form_of(writer, 1) | TYPED
    lose_session(writer)
    return writer, sent, writer.post(WRITE, data=sent)


def step(app: Flask) -> str:
    """The step of the application."""
    with app.app_context():
        return db.session.get_one(Application, 1).step


def test_the_page_of_the_refusal_signs_in(app: Flask) -> None:
    _, _, answer = late(app)

    assert answer.status_code == 401
    assert answer.page.h1 == "You are signed out"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"email", "password", "carried"} <= set(answer.page.form("/sign-in").fields)


def test_after_signing_in_the_form_is_submitted_with_everything_that_was_typed(app: Flask) -> None:
    writer, sent, answer = late(app)

    again = sign_in_on_the_spot(writer, answer, "mg1")
    offered = single(again.page.form(WRITE))
    result = writer.submit(again, WRITE)

    hidden = {"csrf_token"}
    assert (again.status_code, again.page.h1) == (200, "You are signed in again")
    assert {k: v for k, v in offered.items() if k not in hidden} == {k: v for k, v in sent.items() if k not in hidden}
    assert result.status_code == 302
    assert (drafted(app, 1).title, drafted(app, 1).answers["summary"]) == ("Mast", SUMMARY)


WITHOUT_TEXT = {
    "account.end_others",
    "account.end_session",
    "account.speak",
    "correspondence.settle",
    "documents.make_again",
    "drafts.choose",
    "email.stop",
    "factors.remove",
    "factors.renew_codes",
    "failures.retry",
    "invitations.send_again",
    "invitations.withdraw",
    "join_requests.accept",
    "memberships.end",
    "memberships.leave",
    "persons.dismiss",
    "provider_accounts.remove",
}
"""The forms that consist of buttons and choices."""


def test_every_form_that_is_typed_into_declares_its_labels(app: Flask) -> None:
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and getattr(app.view_functions[rule.endpoint], "permission", None)
    }
    without = {name for name in forms if not hasattr(app.view_functions[name], "labels")}

    assert without == WITHOUT_TEXT


def test_without_a_password_the_form_goes_on_after_signing_in_in_another_tab(app: Flask) -> None:
    writer, sent, answer = late(app)
    early = writer.submit(answer, "/sign-in", way="signed_in")
    sign_in(writer, "mg1")

    again = writer.submit(early, "/sign-in", way="signed_in")

    assert early.status_code == 422
    assert "You are not signed in yet." in early.page.text
    assert (again.status_code, again.page.h1) == (200, "You are signed in again")
    assert single(again.page.form(WRITE))["summary"] == sent["summary"]
    assert writer.submit(again, WRITE).status_code == 302


def test_another_person_who_has_signed_in_in_another_tab_reads_nothing(app: Flask) -> None:
    writer, sent, answer = late(app)
    let_sign_in(app, "bo1")
    sign_in(writer, "bo1")

    again = writer.submit(answer, "/sign-in", way="signed_in")

    assert again.status_code == 409
    assert sent["summary"] not in again.get_data(as_text=True)


def test_the_page_shows_the_reader_as_signed_in(app: Flask) -> None:
    writer, _, answer = late(app)

    again = sign_in_on_the_spot(writer, answer, "mg1")

    assert [form.action for form in again.page.forms if form.action == "/sign-out"]
    assert "Sign in" not in again.page.links


def test_the_form_keeps_its_key_and_has_its_effect_once(app: Flask) -> None:
    writer = entered(app, "mg1")
    page = writer.get("/applications/1")
    key = page.page.form(WITHDRAW).fields["idempotency_key"]
    lose_session(writer)
    answer = writer.submit(page, WITHDRAW, confirmed="yes")

    again = sign_in_on_the_spot(writer, answer, "mg1")
    first = writer.submit(again, WITHDRAW)
    second = writer.submit(page, WITHDRAW, confirmed="yes")

    assert again.page.form(WITHDRAW).fields["idempotency_key"] == key
    assert (first.status_code, second.status_code, step(app)) == (302, 302, "withdrawn")
    with app.app_context():
        assert db.session.query(IdempotencyKey).count() == 1


def test_a_wrong_password_keeps_the_form_and_counts(app: Flask) -> None:
    writer, _, answer = late(app)

    wrong = sign_in_on_the_spot(writer, answer, "mg1", password="wrong")
    empty = sign_in_on_the_spot(writer, wrong, "mg1", password="")
    again = sign_in_on_the_spot(writer, empty, "mg1")

    assert (wrong.status_code, wrong.page.h1) == (422, "You are signed out")
    assert "The email address or the password is incorrect." in wrong.page.text
    assert (empty.status_code, again.status_code) == (422, 200)
    assert single(again.page.form(WRITE))["summary"] == SUMMARY


def test_the_limit_of_attempts_holds_there_too(app: Flask) -> None:
    writer, _, answer = late(app)

    for _ in range(sessions.TRIES):
        answer = sign_in_on_the_spot(writer, answer, "mg1", password="wrong")
    locked = sign_in_on_the_spot(writer, answer, "mg1")

    assert locked.status_code == 422
    assert "Too many attempts" in locked.page.text
    assert "carried" in locked.page.form("/sign-in").fields


def test_another_person_reads_nothing_of_the_form_and_submits_nothing(app: Flask) -> None:
    writer, _, answer = late(app)
    let_sign_in(app, "mg2")

    again = sign_in_on_the_spot(writer, answer, "mg2")

    assert again.status_code == 409
    assert "The form was filled in under another account and was not kept" in again.page.text
    assert not [
        text for text in (*TYPED.values(), "What you typed") if len(text) > 1 and text in again.get_data(as_text=True)
    ]
    assert not [form for form in again.page.forms if form.action == WRITE]
    assert drafted(app, 1).title != "Mast"


def test_passwords_are_not_repeated_and_one_token_is_sent(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | {"old_password": "four secret words"}
    lose_session(writer)

    answer = writer.post(WRITE, data=sent)
    again = sign_in_on_the_spot(writer, answer, "mg1")

    assert "four secret words" not in answer.get_data(as_text=True) + again.get_data(as_text=True)
    assert len(again.page.form(WRITE).fields["csrf_token"]) == 1


def test_a_file_must_be_chosen_again(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | {"plan": (BytesIO(b"content of the file"), "plan.pdf")}
    lose_session(writer)

    answer = writer.post(WRITE, data=sent)
    again = sign_in_on_the_spot(writer, answer, "mg1")

    assert "You will need to select the file again." in answer.page.text
    assert "select the file again" in again.page.text
    assert '<input type="file" id="file-1" name="plan">' in again.get_data(as_text=True)
    assert "content of the file" not in answer.get_data(as_text=True)


def test_without_the_page_the_text_would_be_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the refusal used to lead to the page of signing in, which leads to a page without the text."""
    monkeypatch.setattr(csrf, "shown_to", lambda: None)

    _, _, answer = late(app)

    assert answer.status_code == 401
    assert SUMMARY not in answer.get_data(as_text=True)


def test_an_automatic_save_is_told_by_its_status_and_succeeds_after_the_next_sign_in(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED
    lose_session(writer)

    refused = writer.post(WRITE, data=sent, headers=AUTO)
    sign_in(writer, "mg1")
    saved = writer.post(WRITE, data=sent, headers=AUTO)

    assert (refused.status_code, saved.status_code, drafted(app, 1).title) == (401, 200, "Mast")


def test_a_form_stays_valid_when_its_author_signs_in_again_in_another_tab(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED

    sign_in(writer, "mg1")
    after_sign_in = writer.post(WRITE, data=sent)
    sent = form_of(writer, 1) | TYPED | {"title": "Second mast"}
    sign_out(writer)
    sign_in(writer, "mg1")
    after_sign_out = writer.post(WRITE, data=sent)

    assert (after_sign_in.status_code, after_sign_out.status_code) == (302, 302)
    assert drafted(app, 1).title == "Second mast"


def test_a_new_random_value_would_refuse_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a sign-in used to begin a new cookie of forms."""
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED

    def enter(token: str) -> Visitor | None:
        session.clear()
        return authorization.enter(token)

    monkeypatch.setattr(routes, "enter", enter)
    sign_in(writer, "mg1")

    assert writer.post(WRITE, data=sent).status_code == 400


def test_the_form_of_another_person_at_this_browser_is_refused_with_its_text(app: Flask) -> None:
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED
    sign_out(writer)
    let_sign_in(app, "mg2")
    sign_in(writer, "mg2")

    answer = writer.post(WRITE, data=sent)

    assert answer.status_code == 409
    assert "this page was opened before you signed in" in answer.page.text
    assert SUMMARY in answer.page.text
    assert drafted(app, 1).title != "Mast"


def fixed(app: Flask) -> tuple[Careful, list[str]]:
    """A victim who signs in with a form cookie that an attacker has planted, and the tokens that the attacker has."""
    let_sign_in(app, "mg1", "rex")
    attacker, victim = anonymous(app), anonymous(app)
    tokens = [attacker.get("/sign-in").page.form("/sign-in").fields["csrf_token"][0]]
    planted(victim, attacker)
    sign_in(attacker, "rex")
    tokens.append(attacker.get("/account").page.form("/sign-out").fields["csrf_token"][0])
    assert sign_in(victim, "mg1").status_code == 302
    return victim, tokens


@pytest.mark.parametrize("which", [0, 1])
def test_a_planted_cookie_gives_no_token_of_another_person(app: Flask, which: int) -> None:
    victim, tokens = fixed(app)

    answer = victim.post(WITHDRAW, data={"csrf_token": tokens[which], "confirmed": "yes"})

    assert (answer.status_code, step(app)) == (409, "draft")


def test_without_the_person_in_it_a_planted_token_would_act_for_the_victim(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the random value of the browser alone is known to the attacker."""
    victim, tokens = fixed(app)
    monkeypatch.setattr(csrf, "shown_to", lambda: principal().id)

    victim.post(WITHDRAW, data={"csrf_token": tokens[1], "confirmed": "yes"})

    assert step(app) == "withdrawn"


@pytest.mark.parametrize("token", ["", "forged", "a.b.c.9"])
def test_a_form_of_another_site_is_not_carried_through_the_sign_in(app: Flask, token: str) -> None:
    writer = entered(app, "mg1")
    lose_session(writer)

    answer = writer.post(WITHDRAW, data={"csrf_token": token, "reason": "Of another site"})

    assert answer.status_code == 400
    assert "Of another site" not in answer.get_data(as_text=True)


HALVES = '{"to": "/x", "fields": [["a", "\\ud800"]], "files": []}'
"""A form with half of a pair of signs, which is no text."""


@pytest.mark.parametrize(
    "carried", ["", "[]", '{"to": "//elsewhere.example", "fields": [], "files": []}', "[" * 99_999, HALVES]
)
def test_a_carried_form_that_is_not_ours_leads_to_the_start_page(app: Flask, carried: str) -> None:
    let_sign_in(app, "mg1")
    browser = anonymous(app)

    answer = sign_in_on_the_spot(browser, browser.get("/sign-in"), "mg1", carried=carried)

    assert (answer.status_code, answer.location) == (302, "/inbox")


@pytest.mark.parametrize(("days", "status"), [(29, 302), (30.5, 400)])
def test_a_form_is_accepted_as_long_as_its_answer_is_kept(
    app: Flask, monkeypatch: pytest.MonkeyPatch, days: float, status: int
) -> None:
    """A form that is older could have its effect twice. What was typed is shown."""
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED
    then = time.time() + days * 86_400
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: then)

    answer = writer.post(WRITE, data=sent, headers={"Origin": "http://localhost"})

    assert answer.status_code == status
    assert status == 302 or SUMMARY in answer.page.text


def test_without_that_limit_it_would_be_accepted_later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the cookie of forms itself lasts a day longer."""
    monkeypatch.setitem(app.config, "WTF_CSRF_TIME_LIMIT", None)
    writer = entered(app, "mg1")
    sent = form_of(writer, 1) | TYPED
    then = time.time() + 30.5 * 86_400
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: then)

    assert writer.post(WRITE, data=sent).status_code == 302
