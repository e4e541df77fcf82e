"""The answer to an officer's question is written beside the proposal, saved with it and sent from the next page."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application
from tests import world as w
from tests.browser import Careful, browser
from tests.prepared import Prepare
from tests.web.writing import AUTO, form_of
from workflows.engine.roles import Role

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


def test_two_answers_at_once_are_both_kept(app: Flask) -> None:
    first, second = browser(app, "mg1"), browser(app, "mg2")
    late = form_of(second, 1)
    first.post(WRITE, data=form_of(first, 1) | {"reply": REPLY})

    compared = second.post(WRITE, data=late | {"reply": "Our mayor will know."})
    second.submit(compared, "/kept/1")

    assert first.get(WRITE).page.form("/write").fields["reply"] == [f"{REPLY}\n\nOur mayor will know."]
