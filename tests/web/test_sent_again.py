"""Forms without a key, with a key that was used, refused and corrected, and saved with an error."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, ApplicationSave, IdempotencyKey
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from tests.web.writing import AUTO, drafted, form_of, single

pytestmark = pytest.mark.sweep

TYPED = 'Line one\nand "two" <b>'


@pytest.fixture(scope="session")
def ground(small_draft: str) -> str:
    """Every test begins with a draft of the Malagasy chapter."""
    return small_draft


@pytest.fixture
def writer(app: Flask) -> Careful:
    """A browser of a person who writes the draft."""
    with app.app_context():
        return signed_in(app, w.found().people["mg1"])


def keys(app: Flask) -> int:
    """How many answers are stored."""
    with app.app_context():
        return db.session.query(IdempotencyKey).count()


def again(writer: Careful, answer: Answer, action: str) -> Answer:
    """Submit the page that holds what was entered."""
    return writer.submit(answer, action)


@pytest.mark.parametrize("key", ["", "x" * 101])
def test_a_form_without_its_key_is_refused_and_holds_what_was_entered(app: Flask, writer: Careful, key: str) -> None:
    page = writer.get("/applications/1")

    answer = writer.submit(page, "/transitions/withdraw", reason=TYPED, idempotency_key=key, confirmed="yes")

    assert (answer.status_code, keys(app)) == (422, 0)
    assert "nothing was changed. What you entered is still here." in answer.page.text
    assert single(answer.page.form("/transitions/withdraw"))["reason"] == TYPED
    with app.app_context():
        assert db.session.get_one(Application, 1).step == "draft"
    assert again(writer, answer, "/transitions/withdraw").status_code == 302


def test_a_form_with_a_used_key_and_other_content_is_refused_and_holds_it(app: Flask, writer: Careful) -> None:
    late = form_of(writer, 1)
    writer.post("/applications/1/write", data=late | {"title": "First"})

    answer = writer.post("/applications/1/write", data=late | {"title": "Second", "summary": TYPED})

    assert answer.status_code == 409
    assert answer.page.h1 == "You have already submitted this form"
    assert drafted(app, 1).title == "First"
    compared = again(writer, answer, "/write")
    assert (compared.status_code, "Second" in compared.page.text) == (409, True)


def test_a_refused_form_is_corrected_and_sent_again_with_the_same_key(app: Flask, writer: Careful) -> None:
    page = writer.get("/applications/1")

    refused = writer.submit(page, "/transitions/withdraw", version="999", confirmed="yes")
    assert (refused.status_code, keys(app)) == (409, 0)
    assert writer.submit(page, "/transitions/withdraw", confirmed="yes").status_code == 302


def test_a_save_with_an_error_is_answered_twice_with_the_same_page(app: Flask, writer: Careful) -> None:
    """The text is saved although a number cannot be read, so that the answer is stored although it is no success."""
    sent: dict[str, Any] = form_of(writer, 1) | {"title": "Saved", "budget-0-quantity": "many"}

    answers = [writer.post("/applications/1/write", data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].get_data() == answers[1].get_data()
    assert (drafted(app, 1).title, keys(app)) == ("Saved", 1)


def test_a_save_that_came_too_late_is_kept_once(app: Flask, writer: Careful) -> None:
    late = form_of(writer, 1)
    writer.post("/applications/1/write", data=form_of(writer, 1) | {"title": "First"})

    answers = [writer.post("/applications/1/write", data=late | {"title": "Second"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].get_data() == answers[1].get_data()
    with app.app_context():
        assert db.session.query(ApplicationSave).count() == 1


def test_automatic_saves_leave_the_key_of_the_page_to_its_button(app: Flask, writer: Careful) -> None:
    sent = form_of(writer, 1)
    for title in ("One", "Two"):
        answer: Any = writer.post("/applications/1/write", data=sent | {"title": title}, headers=AUTO)
        sent["version"] = str(answer.json["version"])

    assert keys(app) == 0
    assert writer.post("/applications/1/write", data=sent | {"title": "Three"}).status_code == 302
    assert (drafted(app, 1).title, keys(app)) == ("Three", 1)


def test_the_header_of_an_automatic_save_opens_no_other_route(app: Flask, writer: Careful) -> None:
    sent = {"reason": "A reason.", "csrf_token": form_of(writer, 1)["csrf_token"], "idempotency_key": ""}

    assert writer.post("/applications/1/transitions/withdraw", data=sent, headers=AUTO).status_code == 422


def test_the_form_of_another_person_is_refused(app: Flask) -> None:
    """Two people of one chapter never share a key; one who sends the other's form is refused."""
    with app.app_context():
        people = w.found().people
        first, second = signed_in(app, people["mg1"]), signed_in(app, people["mg2"])
    page = first.get("/applications/1")
    first.submit(page, "/transitions/withdraw", reason="A reason.", confirmed="yes")
    key = single(page.page.form("/transitions/withdraw"))["idempotency_key"]
    token = form_of_token(second)

    answer = second.post(
        "/applications/1/transitions/withdraw",
        data={"reason": "A reason.", "csrf_token": token, "idempotency_key": key},
    )

    assert answer.status_code == 409


def form_of_token(browser: Careful) -> str:
    """A token of the person's own session."""
    return str(single(browser.get("/inbox").page.form("/sign-out"))["csrf_token"])


def test_an_accepted_form_sets_each_cookie_once(writer: Careful) -> None:
    answer = writer.submit(writer.get("/applications/1"), "/transitions/withdraw", confirmed="yes")

    names = [one.partition("=")[0] for one in answer.headers.getlist("Set-Cookie")]
    assert "grants_accepted" in names
    assert len(names) == len({*names})


def test_the_cookie_names_the_forms_of_all_tabs_and_ten_at_most(writer: Careful) -> None:
    def accepted() -> list[str]:
        cookie = writer.get_cookie("grants_accepted")
        return cookie.value.split(".") if cookie else []

    keys = []
    for number in range(12):
        sent = form_of(writer, 1) | {"title": f"Title {number}"}
        keys.append(str(sent["idempotency_key"]))
        assert writer.post("/applications/1/write", data=sent).status_code == 302
        assert accepted() == keys[-10:]
