"""What was sent is what is read, checked and judged; what is being written is the applicant's alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.access.principals import load_principal
from grants.access.visibility import visible
from grants.db import Model, db
from grants.jobs import clock
from grants.models import Application, Check, DocumentSnapshot, Draft, Submission, SubmissionContent, SubmissionLine
from grants.queries.applications import drafts
from grants.services.integrity import fingerprints
from grants.web.applications import officer_view
from tests import world as w
from tests.browser import Careful, browser
from tests.databases import advance
from tests.web.writing import form_of
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

HERE = "/applications/1"
QUESTION = "Who owns the mast, and who climbs it?"
WEEKS = 60 * 86_400
TYPED = "The mast belongs to somebody else."


@pytest.fixture(scope="session")
def ground(submitted: str) -> str:
    """Every test begins with an application for 10,000 that waits for its eligibility checks."""
    return submitted


@pytest.fixture
def mia(app: Flask) -> Careful:
    """A browser of the applicant."""
    return browser(app, "mg1")


@pytest.fixture
def olga(app: Flask) -> Careful:
    """A browser of the officer."""
    return browser(app, "olga")


def row(app: Flask) -> Application:
    """The application with its newest submission."""
    with app.app_context():
        found = db.session.get_one(Application, 1)
        _ = found.submission
        return found


def ask(olga: Careful) -> None:
    """The officer returns the application with a question."""
    assert olga.submit(olga.get(HERE), "/transitions/ask", question=QUESTION).status_code == 302


def rewrite(mia: Careful, **fields: str) -> None:
    """The applicant changes the draft: 3 in place of 10,000, unless something else is given."""
    given = fields or {
        "budget-0-quantity": "1",
        "budget-0-unit_cost": "3",
        "budget-1-what": "",
        "budget-1-quantity": "",
    }
    given = given if fields else given | {"budget-1-unit_cost": "", "title": "Three dollars"}
    assert mia.post(f"{HERE}/write", data=form_of(mia, 1) | given).status_code == 302


def answer(mia: Careful, words: str = "") -> Any:
    """The applicant sends the answer to the question."""
    return mia.submit(mia.get(f"{HERE}/send"), "/transitions/answer", answer=words)


def form_keys(mia: Careful) -> dict[str, str]:
    """The tokens of a form, which a new session needs."""
    return {name: str(form_of(mia, 1)[name]) for name in ("csrf_token", "idempotency_key")}


def nobody_answers(app: Flask, settings: Settings) -> tuple[Careful, Careful]:
    """The time to answer ends, and the clock has its turn; the applicant and the officer sign in again."""
    advance(settings, WEEKS)
    with app.app_context():
        assert clock.tick() == 1
        db.session.remove()
    return browser(app, "mg1"), browser(app, "olga")


def test_unsent_edits_are_not_judged_when_nobody_answers(
    app: Flask, settings: Settings, mia: Careful, olga: Careful
) -> None:
    ask(olga)
    rewrite(mia)

    _, olga = nobody_answers(app, settings)

    page = olga.get(f"{HERE}/budget").page.text
    with app.app_context():
        now = db.session.get_one(Application, 1)
        assert now.submission is not None
        receipt = db.session.query(DocumentSnapshot).one().data
        assert (now.step, now.asked, now.title) == ("checks", Decimal(10_000), "fibre title")
        assert fingerprints.of_stored(now.submission) == now.submission.sha256 == receipt["submitted_sha256"]
        assert drafts.content(now).asked == 3
    assert "10,000.00" in page
    assert "Three dollars" not in olga.get(HERE).page.text


def test_a_page_that_read_the_draft_would_show_the_unsent_edits(
    app: Flask, settings: Settings, mia: Careful, olga: Careful, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: an officer who read the draft would judge 3 in place of 10,000."""
    ask(olga)
    rewrite(mia)
    _, olga = nobody_answers(app, settings)
    monkeypatch.setattr(officer_view, "content_of", lambda application, _: drafts.content(application))

    assert "10,000.00" not in olga.get(f"{HERE}/budget").page.text


def test_the_next_question_makes_the_draft_anew(app: Flask, settings: Settings, mia: Careful, olga: Careful) -> None:
    ask(olga)
    late = form_of(mia, 1)
    rewrite(mia)
    mia, olga = nobody_answers(app, settings)

    ask(olga)

    assert form_of(mia, 1)["title"] == "fibre title"
    assert mia.post(f"{HERE}/write", data=late | form_keys(mia) | {"title": "From an old page"}).status_code == 409
    assert form_of(mia, 1)["title"] == "fibre title"


def test_an_answer_adds_a_submission_and_leaves_the_first(app: Flask, mia: Careful, olga: Careful) -> None:
    ask(olga)
    rewrite(mia)

    assert answer(mia).status_code == 302

    with app.app_context():
        first, second = db.session.query(Submission).order_by(Submission.number)
        lines = [sum(line.total for line in one.lines) for one in (first, second)]
        assert (first.number, second.number, lines) == (1, 2, [Decimal(10_000), Decimal(3)])
        assert [fingerprints.of_stored(one) == one.sha256 for one in (first, second)] == [True, True]
        assert row(app).submission_id == second.id
        assert [data["submitted_sha256"] for (data,) in db.session.query(DocumentSnapshot.data)] == [
            first.sha256,
            second.sha256,
        ]
    assert "This is an earlier submission" in olga.get(f"{HERE}/proposal?submission=1").page.text
    assert "10,000.00" in olga.get(f"{HERE}/budget?submission=1").page.text
    assert "fibre title" in mia.get(f"{HERE}?submission=1").page.text


@pytest.mark.parametrize("number", ["3", "0", "x", "99999999999"])
def test_a_submission_that_does_not_exist_is_not_found(olga: Careful, mia: Careful, number: str) -> None:
    addresses = [f"{HERE}?submission={number}", f"{HERE}/proposal?submission={number}"]

    assert [olga.get(address).status_code for address in addresses] == [404, 404]
    assert mia.get(addresses[0]).status_code == 404


def test_a_question_is_answered_in_words_alone(app: Flask, mia: Careful, olga: Careful) -> None:
    ask(olga)

    refused, sent = answer(mia), answer(mia, "The school owns it.")

    assert (refused.status_code, sent.status_code) == (422, 302)
    assert "Answer our question in writing, or change what you submitted." in refused.page.text
    with app.app_context():
        newest = db.session.query(Submission).order_by(Submission.number.desc()).first()
        assert newest is not None
        assert (newest.number, newest.written.answer) == (2, "The school owns it.")
        assert [line.total for line in newest.lines] == [Decimal(9_000), Decimal(1_000)]


def test_a_verdict_from_a_page_of_the_old_text_does_not_count(app: Flask, mia: Careful, olga: Careful) -> None:
    old = olga.get(HERE)
    ask(olga)
    answer(mia, "The school owns it.")

    late = olga.submit(old, "/checks/standing", **{"standing-verdict": "failed", "standing-note": TYPED})

    assert late.status_code == 409
    assert "The applicant has answered our question. Read the new submission" in late.page.text
    assert TYPED in late.get_data(as_text=True)
    with app.app_context():
        assert db.session.query(Check).count() == 0
    assert olga.submit(late, "/checks/standing", **{"standing-verdict": "passed"}).status_code == 302


def test_only_the_number_of_the_submission_stops_it(app: Flask, mia: Careful, olga: Careful) -> None:
    """The twin: with the number of the new submission, the verdict on the old text counts for the new one."""
    old = olga.get(HERE)
    ask(olga)
    answer(mia, "The school owns it.")

    late = olga.submit(old, "/checks/standing", submission="2", **{"standing-verdict": "passed"})

    with app.app_context():
        assert (late.status_code, db.session.query(Check).one().submission_id) == (302, row(app).submission_id)


def test_verdicts_stay_readable_as_those_of_their_submission(app: Flask, mia: Careful, olga: Careful) -> None:
    with app.app_context():
        w.check(w.found(), db.session.get_one(Application, 1))
    ask(olga)
    answer(mia, "The school owns it.")

    first, second = (olga.get(f"{HERE}{which}").get_data(as_text=True) for which in ("?submission=1", ""))

    with app.app_context():
        assert {check.submission_id for check in db.session.query(Check)} != {row(app).submission_id}
    assert "no result yet:" not in first
    assert "no result yet:" in second


def test_a_draft_that_changed_after_it_was_checked_is_not_sent(app: Flask, mia: Careful, olga: Careful) -> None:
    ask(olga)
    checked = mia.get(f"{HERE}/send")
    rewrite(mia, title="Written meanwhile")

    assert mia.submit(checked, "/transitions/answer", answer="The school.").status_code == 409
    assert row(app).title == "fibre title"


def test_without_the_draft_s_version_the_other_text_would_be_sent(app: Flask, mia: Careful, olga: Careful) -> None:
    """The twin: the person sends a text that they have not read."""
    ask(olga)
    checked = mia.get(f"{HERE}/send")
    rewrite(mia, title="Written meanwhile")

    form = checked.page.form("/transitions/answer")
    given = {name: value for name, value in form.fields.items() if name != "draft"}
    assert mia.post(form.action, data={**given, "answer": "The school."}).status_code == 302
    assert row(app).title == "Written meanwhile"


def visible_to(app: Flask, name: str, *models: type[Model]) -> list[int]:
    """How many rows of each model a person may see."""
    with app.app_context():
        principal = load_principal(w.found().people[name])
        return [len(db.session.execute(select(model).where(visible(model, principal))).all()) for model in models]


def test_the_draft_is_the_applicants_alone(app: Flask, mia: Careful, olga: Careful) -> None:
    ask(olga)
    rewrite(mia)

    assert {name: visible_to(app, name, Draft) for name in ("mg1", "bo1", "olga", "pia", "uma", "rex", "fay")} == {
        "mg1": [1], "bo1": [0], "olga": [0], "pia": [0], "uma": [0], "rex": [0], "fay": [0],
    }  # fmt: skip
    pages = (HERE, f"{HERE}/proposal", f"{HERE}/budget", f"{HERE}/history", "/applications", "/inbox")
    assert [path for path in pages if "Three dollars" in olga.get(path).page.text] == []


def test_a_reviewer_sees_the_submission_that_they_review(app: Flask, mia: Careful, olga: Careful) -> None:
    ask(olga)
    rewrite(mia, title="The second version")
    answer(mia)
    with app.app_context():
        made, now = w.found(), db.session.get_one(Application, 1)
        w.check(made, now)
        w.apply(made, now, "pass", "olga", Role.OFFICER)
        w.scored(made, now, "rex")

    models = (Submission, SubmissionContent, SubmissionLine)
    assert {name: visible_to(app, name, *models) for name in ("rex", "ria", "olga", "mg1", "bo1", "fay")} == {
        "rex": [1, 1, 2], "ria": [0, 0, 0], "olga": [2, 2, 4], "mg1": [2, 2, 4], "bo1": [0, 0, 0], "fay": [0, 0, 0],
    }  # fmt: skip
    assert "The second version" in browser(app, "rex").get("/reviews/1").page.text
