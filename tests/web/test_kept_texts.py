"""A form that is refused because another person was first shows what was typed into it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from grants.db import db, transaction
from grants.models import Application, Assignment
from grants.services import transitions as commands
from grants.services.reviews import assignments
from grants.web import transitions
from grants.web.persons import routes as persons
from grants.web.site import csrf, errors
from tests import world as w
from tests.browser import Answer, Careful, browser
from tests.prepared import Prepare
from tests.web.writing import single
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

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


def appointed_twice(app: Flask) -> Answer:
    """Two administrators give Rex the same role of finance; the form of the second comes too late."""
    first, second = browser(app, "ada"), browser(app, "ada")
    with app.app_context():
        id = w.found().people["rex"].id
    page = second.get(f"/people/{id}?role=finance&scope=programme:BTN-S")
    first.give_role(f"/people/{id}", role="finance", scope="programme:BTN-S")
    return second.submit(page, f"/people/{id}", role="finance", scope="programme:BTN-S")


def test_without_a_page_of_their_own_choices_are_repeated_with_their_labels(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a constraint of the database was violated."""

    def refuse(_: object, wrong: Exception) -> None:
        raise wrong

    monkeypatch.setattr(persons, "shown_again", refuse)

    answer = appointed_twice(app)

    assert answer.status_code == 409
    assert "This person already holds this role." in answer.page.text
    assert "<dt>Role</dt><dd>Finance</dd>" in answer.get_data(as_text=True)
    assert "<dt>Scope</dt><dd>Programme: " in answer.get_data(as_text=True)


@pytest.fixture(scope="session")
def small_review(prepare: Prepare) -> str:
    """An application for BTN-S in review, on which an officer decides without a panel."""
    return prepare("small_review", lambda: w.in_review(w.build(programmes=("BTN-S",)), "BTN-S", amount=4_000))


@pytest.fixture(scope="session")
def invited(prepare: Prepare, in_review: str) -> str:
    """An application for BTN-L in review, and Rex invited to review it."""
    return prepare("invited_rex", lambda: invite("rex"), in_review)


def invite(name: str) -> None:
    """Olga invites a reviewer."""
    world = w.found()
    with transaction():
        assignments.assign(application=w.first(), reviewer=world.people[name], actor=world.actor("olga", Role.OFFICER))


def early_award(app: Flask) -> tuple[Careful, Answer]:
    """Omar awards from a page that he opened before the reviews were no longer enough."""
    omar = browser(app, "omar")
    token = single(omar.get(HERE).page.forms[0])["csrf_token"]
    sent = {"csrf_token": token, "amount": "1250", "conditions": "None", "confirmed": "yes"}
    return omar, omar.post(f"{HERE}/transitions/award", data=sent)


@pytest.mark.ground("small_review")
def test_a_transition_that_a_rule_refuses_is_shown_again_with_the_reasons_and_what_was_typed(app: Flask) -> None:
    _, answer = early_award(app)

    assert answer.status_code == 409
    assert "The grant was not awarded" in answer.page.text
    assert "reviews" in answer.page.text
    assert "What you entered is still here." in answer.page.text
    fields = single(answer.page.form("/transitions/award"))
    assert (fields["amount"], fields["conditions"], fields["confirmed"]) == ("1250", "None", "yes")


@pytest.mark.ground("small_review")
def test_without_that_form_single_words_would_have_to_be_typed_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the page of a refusal used to hold the reasons alone, and texts with a space."""
    monkeypatch.setattr(transitions, "_still_possible", lambda *_: None)
    monkeypatch.setattr(errors, "_typed", list)

    _, answer = early_award(app)

    assert answer.status_code == 409
    assert "1250" not in answer.get_data(as_text=True)


@pytest.mark.ground("invited")
def test_the_reason_of_a_reviewer_is_kept_when_the_assignment_has_ended(app: Flask) -> None:
    rex = browser(app, "rex")
    page = rex.get("/reviews/1")
    with app.app_context():
        world = w.found()
        w.apply(world, db.session.get_one(Assignment, 1), "withdraw", "olga", Role.OFFICER, reason="Too slow to answer")

    answer = rex.submit(page, "/assignments/1/transitions/decline", reason="Illness")

    assert answer.status_code == 409
    assert "<dt>Reason</dt><dd>Illness</dd>" in answer.get_data(as_text=True)
    assert "Go back to the form" not in answer.page.links


@pytest.mark.parametrize("origin", ["http://localhost", "http://elsewhere.example", None])
def test_a_form_without_a_valid_token_is_repeated_only_if_it_is_ours(app: Flask, origin: str | None) -> None:
    olga = browser(app, "olga")
    headers = {"Origin": origin} if origin else {}

    answer = olga.post(f"{HERE}/transitions/ask", data={"question": "Mast?", "csrf_token": "old"}, headers=headers)

    assert answer.status_code == 400
    assert ("<dd>Mast?</dd>" in answer.get_data(as_text=True)) is (origin == "http://localhost")


def asked_while_busy(app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception) -> tuple[Careful, Answer]:
    """Olga asks a question while the database or the program fails."""
    olga = browser(app, "olga")
    page = olga.get(HERE)

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        failing.setattr(commands, "apply", fail)
        return olga, olga.submit(page, f"{HERE}/transitions/ask", question=QUESTION)


FAILURES = {503: OperationalError("", None, Exception("lock timeout")), 500: RuntimeError("broken")}


@pytest.mark.parametrize("status", FAILURES)
def test_a_form_that_failed_is_submitted_again_from_the_page_of_the_failure(
    app: Flask, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    olga, answer = asked_while_busy(app, monkeypatch, FAILURES[status])

    again = olga.submit(answer, f"{HERE}/transitions/ask")

    assert (answer.status_code, again.status_code, step(app)) == (status, 302, "question")
    assert QUESTION in answer.page.text


def test_without_that_form_it_would_have_to_be_filled_in_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the page of a failure is that of an error."""
    monkeypatch.setattr(csrf, "shown_to", lambda: None)

    _, answer = asked_while_busy(app, monkeypatch, FAILURES[503])

    assert answer.status_code == 503
    assert not [form for form in answer.page.forms if "/ask" in form.action]


LARGE = "x" * 3_000_000


def test_a_form_that_is_too_large_leads_back_to_its_page_and_names_the_limit(app: Flask) -> None:
    olga = browser(app, "olga")

    answer = olga.post(
        f"{HERE}/transitions/ask", data={"question": LARGE}, headers={"Referer": f"http://localhost{HERE}"}
    )

    assert answer.status_code == 413
    assert "more than 2 MB or more than 5,000 fields, which is the maximum" in answer.page.text
    assert "What you typed is still in the form" in answer.page.text
    assert answer.page.links["Go back to the form"] == HERE


@pytest.mark.ground("small_draft")
def test_a_form_at_its_own_address_leads_back_too(app: Flask) -> None:
    answer = browser(app, "mg1").post(
        f"{HERE}/write", data={"summary": LARGE}, headers={"Referer": f"http://localhost{HERE}/write"}
    )

    assert (answer.status_code, answer.page.links["Go back to the form"]) == (413, f"{HERE}/write")


def test_no_link_leads_to_an_address_that_only_takes_forms(app: Flask) -> None:
    """A form that was refused and shown at its own address is refused again."""
    ask = f"{HERE}/transitions/ask"

    answer = browser(app, "olga").post(ask, data={"question": LARGE}, headers={"Referer": f"http://localhost{ask}"})

    assert "Go back to the form" not in answer.page.links


def test_without_asking_it_would_lead_to_another_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the browser names the address of the form that it has sent."""
    ask = f"{HERE}/transitions/ask"
    monkeypatch.setattr(errors, "_opens", lambda _: True)
    olga = browser(app, "olga")

    answer = olga.post(ask, data={"question": LARGE}, headers={"Referer": f"http://localhost{ask}"})

    assert olga.get(answer.page.links["Go back to the form"]).location == HERE
