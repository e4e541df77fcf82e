"""The answer to an officer's question is written beside the proposal, saved with it and sent from the next page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application, ApplicationSave
from tests import world as w
from tests.browser import Careful, browser
from tests.prepared import Prepare
from tests.web.writing import AUTO, drafted, form_of
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

WRITE, SEND, ANSWER = "/applications/1/write", "/applications/1/send", "/applications/1/transitions/answer"
REPLY = "The commune owns it,\nuntil 2040."


@pytest.fixture(scope="session")
def ground(prepare: Prepare, submitted: str) -> str:
    """An application that was returned with a question."""
    return prepare("replies", ask, submitted)


def ask() -> None:
    """Fill the database."""
    w.apply(w.found(), w.first(), "ask", "olga", Role.OFFICER, question="Who owns the mast, and until when?")


def saved(app: Flask, **headers: str) -> Careful:
    """A writer who has saved an answer and nothing else."""
    writer = browser(app, "mg1")
    writer.post(WRITE, data=form_of(writer, 1) | {"reply": REPLY}, headers=headers)
    return writer


@pytest.mark.parametrize("headers", [{}, AUTO])
def test_it_is_saved_with_the_proposal_and_shown_on_both_pages(app: Flask, headers: dict[str, str]) -> None:
    writer = saved(app, **headers)

    assert writer.get(WRITE).page.form("/write").fields["reply"] == [REPLY]
    assert writer.get(SEND).page.form(ANSWER).fields["answer"] == [REPLY]


def test_it_is_sent_beside_the_content_and_not_in_it(app: Flask) -> None:
    writer = saved(app)

    assert writer.submit(writer.get(SEND), ANSWER).status_code == 302

    with app.app_context():
        sent = db.session.get_one(Application, 1).submission
        assert sent is not None
        assert sent.written.content is not None
        assert sent.written.answer == REPLY
        assert "reply" not in sent.written.content


def test_an_answer_alone_is_no_change_of_the_proposal(app: Flask) -> None:
    writer = saved(app)

    assert writer.submit(writer.get(SEND), ANSWER, answer="").status_code == 422


def test_a_draft_without_a_question_has_no_place_for_it(app: Flask) -> None:
    writer = saved(app)
    writer.submit(writer.get(SEND), ANSWER)
    with app.app_context():
        w.apply(w.found(), w.first(), "ask", "olga", Role.OFFICER, question="And who owns the ground?")

    assert writer.get(WRITE).page.form("/write").fields["reply"] == [""]


LIMIT = "Enter 10,000 characters or fewer in “Your answer to our question”: you entered 24,999."
LINES = "Enter 100 lines or fewer in “Your answer to our question”: you entered 101."
MINE = "Our mayor will know."


@pytest.mark.parametrize(("text", "wrong"), [(("word " * 5_000).strip(), LIMIT), ("\n".join("x" * 101), LINES)])
def test_one_that_is_too_long_is_kept_whole_and_refused_at_its_field(app: Flask, text: str, wrong: str) -> None:
    writer = browser(app, "mg1")

    refused = writer.post(WRITE, data=form_of(writer, 1) | {"reply": text})

    shown = writer.get(WRITE)
    assert (refused.status_code, wrong in refused.page.text, wrong in shown.page.text) == (422, True, True)
    assert shown.page.form("/write").fields["reply"] == [text]
    assert 'id="reply-error"' in shown.get_data(as_text=True)
    assert wrong in writer.get(SEND).page.text
    assert f"{WRITE}?checked=1#reply" in writer.get(SEND).get_data(as_text=True)


def test_an_automatic_save_of_one_that_is_too_long_names_its_field(app: Flask) -> None:
    writer = browser(app, "mg1")

    answer: Any = writer.post(WRITE, data=form_of(writer, 1) | {"reply": "word " * 5_000}, headers=AUTO)

    assert answer.json["wrong"] == ["reply"]


def clash(app: Flask, mine: str, *, opened: str = "") -> tuple[Careful, Any]:
    """Two people have written different answers from the same version; the second one compares."""
    first, second = browser(app, "mg1"), browser(app, "mg2")
    if opened:
        first.post(WRITE, data=form_of(first, 1) | {"reply": opened})
    late = form_of(second, 1)
    first.post(WRITE, data=form_of(first, 1) | {"reply": REPLY})
    return second, second.post(WRITE, data=late | {"reply": mine})


def test_two_answers_at_once_are_compared_and_none_is_proposed(app: Flask) -> None:
    _, compared = clash(app, MINE)

    assert compared.status_code == 409
    assert "The two versions are the same" not in compared.page.text
    assert all(text in compared.page.text for text in ("Your answer to our question", MINE, *REPLY.split("\n")))
    assert "take-reply" not in compared.page.form("/kept/1").fields


@pytest.mark.parametrize(("choice", "stays"), [("mine", MINE), ("stored", REPLY)])
def test_the_chosen_answer_is_saved_and_nothing_is_joined(app: Flask, choice: str, stays: str) -> None:
    second, compared = clash(app, MINE)

    second.submit(compared, "/kept/1", **{"take-reply": choice})

    assert second.get(WRITE).page.form("/write").fields["reply"] == [stays]


def test_the_only_answer_that_was_changed_is_proposed(app: Flask) -> None:
    _, compared = clash(app, "It is known.", opened="It is known.")
    assert "are the same" not in compared.page.text

    assert compared.page.form("/kept/1").fields["take-reply"] == ["stored"]


def test_one_that_arrives_after_the_submission_is_shown_beside_what_was_sent(app: Flask) -> None:
    writer, colleague = saved(app), browser(app, "mg2")
    late = form_of(colleague, 1) | {"reply": MINE}
    writer.submit(writer.get(SEND), ANSWER)

    shown = colleague.post(WRITE, data=late)

    assert shown.status_code == 409
    assert all(text in shown.page.text for text in (MINE, *REPLY.split("\n")))
    assert "are the same" not in shown.page.text


def test_a_refused_submission_shows_what_was_saved_and_can_be_submitted_again(app: Flask) -> None:
    writer, colleague = saved(app), browser(app, "mg2")
    opened = writer.get(SEND)
    colleague.post(WRITE, data=form_of(colleague, 1) | {"reply": MINE})

    refused = writer.submit(opened, ANSWER)

    assert (refused.status_code, "Saved version: Your answer to our question" in refused.page.text) == (409, True)
    assert MINE in refused.page.text
    assert refused.page.form(ANSWER).fields["answer"] == [REPLY]
    assert refused.page.links["Open the current version"] == SEND
    assert writer.submit(refused, ANSWER).status_code == 302


def test_a_second_change_meanwhile_is_told_again(app: Flask) -> None:
    writer, colleague = saved(app), browser(app, "mg2")
    opened = writer.get(SEND)
    colleague.post(WRITE, data=form_of(colleague, 1) | {"reply": MINE})
    refused = writer.submit(opened, ANSWER)
    colleague.post(WRITE, data=form_of(colleague, 1) | {"reply": "Ask the commune."})

    again = writer.submit(refused, ANSWER)

    assert (again.status_code, "Ask the commune." in again.page.text) == (409, True)


@pytest.mark.ground("small_draft")
@pytest.mark.parametrize("headers", [{}, AUTO])
def test_it_is_not_saved_where_nothing_is_asked(app: Flask, headers: dict[str, str]) -> None:
    writer = browser(app, "mg1")

    writer.post(WRITE, data=form_of(writer, 1) | {"title": "New", "reply": REPLY}, headers=headers)

    content = drafted(app, 1)
    assert (content.title, "reply" in content.answers) == ("New", False)


@pytest.mark.ground("small_draft")
def test_it_is_not_kept_from_a_late_save_where_nothing_is_asked(app: Flask) -> None:
    writer = browser(app, "mg1")
    late = form_of(writer, 1)
    writer.post(WRITE, data=late | {"title": "First"})

    writer.post(WRITE, data=late | {"title": "Second", "reply": REPLY, "idempotency_key": "another"})

    with app.app_context():
        assert "reply" not in db.session.query(ApplicationSave).one().content
