"""The page that compares two submissions."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db
from grants.models import Application
from grants.queries.applications import drafts
from grants.web.drafts.conflicts import shown
from tests import world as w
from tests.browser import Careful, signed_in
from tests.prepared import Prepare
from workflows.engine.roles import Role
from workflows.forms.completeness import Goal, Line
from workflows.programme import Column, Question

HERE = "/applications/1/changes"


def fill() -> None:
    """An application with three submissions: the second changes a title, a line and a target, the third nothing."""
    made = w.build(programmes=("BTN-L",))
    row = w.submitted(made)
    w.apply(made, row, "ask", "olga", Role.OFFICER, question="Why ten routers?")
    content = drafts.content(row)
    routers, accounts = content.lines
    lines = [Line(routers.what, routers.category, routers.quantity, Decimal(800)), accounts]
    goals = [Goal("Households online", "households", content.goals[0].baseline, content.goals[0].baseline, "records")]
    w.write(row, made.actor("mg1", Role.APPLICANT), answers={"title": "fibre heading"}, lines=lines, goals=goals)
    w.apply(made, row, "answer", "mg1", Role.APPLICANT, answer="Nine are enough.")
    w.apply(made, row, "ask", "olga", Role.OFFICER, question="And the mast?")
    w.apply(made, row, "answer", "mg1", Role.APPLICANT, answer="It exists.")
    w.submitted(made, chapter="bo")


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Every test begins with it."""
    return prepare("changes", fill)


@pytest.fixture
def olga(app: Flask) -> Careful:
    """A browser of the officer."""
    with app.app_context():
        return signed_in(app, w.found().people["olga"])


def spaced(text: str) -> str:
    """The text with single spaces."""
    return " ".join(text.split())


def test_the_officer_sees_what_was_asked_answered_and_changed(olga: Careful) -> None:
    page = olga.get(f"{HERE}?from=1&to=2")
    text, source = spaced(page.page.text), page.get_data(as_text=True)

    assert "Submission 2 compared with submission 1" in text
    assert "1 answer changed · 1 budget line changed · 2 indicator values changed" in text
    assert ("Why ten routers?" in text, "Nine are enough." in text) == (True, True)
    assert re.findall(r"<(?:ins|del)><span class=\"unseen\">(\w+): </span>(\w+)", source)[:2] == [
        ("deleted", "title"),
        ("inserted", "heading"),
    ]
    shown = ["Our question", "Why ten routers?", "Answer", "Nine are enough.", "inserted", "deleted"]
    assert [text.index(one) for one in shown] == sorted(text.index(one) for one in shown), (
        "a label does not stand before"
    )
    assert "−1,000.00" in text
    assert ("10,000.00" in text, "9,000.00" in text) == (True, True)


def test_the_newest_two_are_compared_unless_others_are_chosen(olga: Careful) -> None:
    text = spaced(olga.get(HERE).page.text)

    assert "Submission 3 compared with submission 2" in text
    assert "The proposal did not change" in text
    assert "It exists." in text


def test_the_applicant_sees_the_same(app: Flask) -> None:
    with app.app_context():
        mia = signed_in(app, w.found().people["mg1"])

    assert "Submission 2 compared with submission 1" in spaced(mia.get(f"{HERE}?from=1&to=2").page.text)
    assert HERE in mia.get("/applications/1").page.links.values()


@pytest.mark.parametrize("query", ["?from=9", "?to=9", "?to=0", "?from=x&to=99999999999"])
def test_a_submission_that_does_not_exist_is_not_found(olga: Careful, query: str) -> None:
    assert olga.get(f"{HERE}{query}").status_code == 404


def test_one_submission_alone_is_compared_with_nothing(app: Flask, olga: Careful) -> None:
    with app.app_context():
        only = db.session.query(Application).order_by(Application.id.desc()).first()
        assert only is not None

    assert olga.get(f"/applications/{only.id}/changes").status_code == 404
    assert f"/applications/{only.id}/changes" not in olga.get(f"/applications/{only.id}").page.links.values()


def test_days_are_written_out(app: Flask) -> None:
    asked = Question(key="begins", kind="date", label="First day")
    plan = Question(key="plan", kind="table", label="Plan", columns=(Column(key="start", title="Starts", kind="date"),))

    with app.test_request_context():
        assert shown(asked, "2027-03-01") == ["1 March 2027"]
        assert shown(asked, "in spring") == ["in spring"]
        assert shown(asked, "") == ["–"]
        assert shown(plan, [{"start": "2027-03-01"}]) == ["1 March 2027"]


@pytest.mark.parametrize(
    ("number", "asked", "answered"), [(2, "Why ten routers?", "Nine are enough."), (3, "And the mast?", "It exists.")]
)
def test_the_page_of_the_application_shows_what_was_asked_and_answered(
    olga: Careful, number: int, asked: str, answered: str
) -> None:
    page = olga.get(f"/applications/1?submission={number}")

    section = page.get_data(as_text=True).partition('id="answer"')[2].partition("</section>")[0]
    assert (asked in section, answered in section) == (True, True)
    assert HERE in section
    assert 'id="answer"' not in olga.get("/applications/1?submission=1").get_data(as_text=True)


def test_a_missing_day_of_a_row_is_shown_as_a_dash() -> None:
    columns = (Column(key="name", title="Activity"), Column(key="end", title="Ends", kind="date"))
    question = Question(key="activities", kind="table", label="Activities", columns=columns)

    assert shown(question, [{"name": "Dig", "end": ""}]) == ["Dig · –"]
