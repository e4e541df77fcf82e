"""A form that is refused because another person was first shows what was typed into it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application
from grants.web.site import errors
from tests import world as w
from tests.browser import Answer, Careful, anonymous, browser
from workflows.engine.roles import Role

HERE = "/applications/1"
QUESTION = "Who owns the mast, and who climbs it?"
ANSWER = "The municipality owns it, and a trained rigger climbs it."


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """Every test begins with an application that waits for its eligibility checks."""
    return submitted


def step(app: Flask) -> str:
    """The step of the application."""
    with app.app_context():
        return db.session.get_one(Application, 1).step


def asked(app: Flask) -> tuple[Careful, Answer]:
    """Omar asks a question from a page that he opened before Olga asked one, which has been answered."""
    omar = browser(app, "omar")
    page = omar.get(HERE)
    with app.app_context():
        world, row = w.found(), db.session.get_one(Application, 1)
        w.apply(world, row, "ask", "olga", Role.OFFICER, question="Which village is the first?")
        w.apply(world, row, "answer", "mg1", Role.APPLICANT, answer=ANSWER)
    return omar, omar.submit(page, f"{HERE}/transitions/ask", question=QUESTION)


def test_a_transition_from_an_old_page_is_shown_again_with_its_text(app: Flask) -> None:
    _, answer = asked(app)

    assert answer.status_code == 409
    assert "Another person changed this while your page was open" in answer.page.text
    assert answer.page.form("/transitions/ask").fields["question"] == [QUESTION]
    assert step(app) == "checks"


def test_the_shown_form_carries_the_present_version(app: Flask) -> None:
    omar, answer = asked(app)

    again = omar.submit(answer, f"{HERE}/transitions/ask")

    assert again.status_code == 302
    assert step(app) == "question"


def late_answer(app: Flask) -> Answer:
    """Mg1 answers from a page that was open while Mg2 answered."""
    with app.app_context():
        w.apply(w.found(), db.session.get_one(Application, 1), "ask", "olga", Role.OFFICER, question=QUESTION)
    first, second = browser(app, "mg1"), browser(app, "mg2")
    page: Any = first.get(f"{HERE}/send")
    second.submit(second.get(f"{HERE}/send"), f"{HERE}/transitions/answer", answer="We own it ourselves.")
    return first.submit(page, f"{HERE}/transitions/answer", answer=ANSWER)


def test_a_text_that_is_no_longer_asked_for_is_shown_to_be_copied(app: Flask) -> None:
    answer = late_answer(app)

    assert answer.status_code == 409
    assert "What you typed" in answer.page.text
    assert ANSWER in answer.get_data(as_text=True)


def test_without_it_the_text_would_be_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the page of a refusal used to hold the reasons alone."""
    monkeypatch.setattr(errors, "_typed", list)

    assert ANSWER not in late_answer(app).get_data(as_text=True)


def test_a_password_is_never_shown_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    answer = anonymous(app).post("/sign-in", data={"email": "not an\x00 address", "password": "four secret words here"})

    assert answer.status_code == 422
    assert "not an address" in answer.get_data(as_text=True)
    assert "four secret words" not in answer.get_data(as_text=True)
