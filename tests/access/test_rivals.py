"""Members of an applicant judge no rival: what they see of it, what is asked of them, and who is written to."""

from __future__ import annotations

import pytest
from flask import Flask

from grants.access.principals import load_principal
from grants.access.visibility import visible
from grants.db import Side, db, transaction
from grants.models import Application, Assignment, Batch, Fund, Involvement, Submission
from grants.queries import recipients
from grants.queries.money import batches
from grants.queries.tasks import inbox
from grants.services import persons
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import browser, named
from tests.prepared import Prepare
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

RIVAL = "You have acted for an applicant to this call, so another person must do this."
COMPETES = "You have acted for another applicant to this call. Declare a conflict of interest."
LEAVE = "You have acted for the applicant. Declare a conflict of interest."
PAID, REVIEWED, CHECKED = 1, 2, 3
"""The applications: a grant with a batch and a payable instalment, one that Rex and Ron have scored, one to check."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Applications of the Malagasy chapter, and a draft of that in Bolivia, for which Olga, Fox and Rex act.

    The assignment of Rex has stayed open, as in the data of an earlier release.
    """
    return prepare("rivals", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    award = w.active(world)
    w.batch(world, award)
    w.reported(world, award, 1)
    reviewed = w.in_review(world)
    for name in ("rex", "ron"):
        w.scored(world, reviewed, name)
    w.submitted(world)
    w.begun(world, "BTN-L", "bo")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(assignments, "release_involved", lambda *_, **__: None)
        for name in ("olga", "fox", "rex"):
            with transaction():
                persons.join(world.people[name], world.chapters["bo"], actor=w.SYSTEM)


def tasks(app: Flask, name: str) -> set[str]:
    """The kinds of the person's tasks."""
    with app.app_context():
        return {task.kind for task in inbox.tasks(load_principal(named(name)))}


def test_an_officer_reads_a_rival_and_is_asked_nothing_about_it(app: Flask) -> None:
    olga = browser(app, "olga")
    page, reviewers = olga.get(f"/applications/{CHECKED}"), olga.get(f"/applications/{REVIEWED}").page

    assert RIVAL in page.page.text
    assert "/checks/" not in page.get_data(as_text=True)
    assert "Invite a reviewer" not in reviewers.links
    assert tasks(app, "olga") & {"checks", "assign"} == set()
    assert tasks(app, "omar") >= {"checks", "assign"}


def test_only_officers_who_may_act_are_written_to(app: Flask) -> None:
    with app.app_context():
        row = db.session.get_one(Application, CHECKED)

        assert [person.name for person in recipients.of(row, Role.OFFICER)] == ["Omar (demo)"]


def test_finance_is_not_asked_to_pay_a_rival(app: Flask) -> None:
    with app.app_context():
        fund, fox, fritz = db.session.query(Fund).one(), load_principal(named("fox")), load_principal(named("fritz"))

        assert [len(batches.payable(fund, principal)) for principal in (fox, fritz)] == [0, 1]
    assert tasks(app, "fox") == {"draft"}
    assert tasks(app, "fritz") >= {"payable", "batch_prepared"}


def test_finance_does_not_approve_the_payment_of_a_rival(app: Flask) -> None:
    fox = browser(app, "fox")
    page = fox.get("/batches/1").page
    token = fox.get("/account").page.form("/sign-out").fields["csrf_token"]
    answer = fox.post("/batches/1/transitions/approve", data={"csrf_token": token})

    assert RIVAL in page.text
    assert (answer.status_code, RIVAL in answer.page.text) == (409, True)
    with app.app_context():
        assert db.session.query(Batch).one().step == "prepared"


def assignment(app: Flask) -> int:
    """Rex's assignment."""
    with app.app_context():
        row = db.session.query(Assignment).filter_by(person_id=named("rex").id, application_id=REVIEWED).one()
        return row.id


def declares_only(app: Flask, sentence: str) -> None:
    """Rex can do nothing with his assignment but declare a conflict of interest."""
    rex, id = browser(app, "rex"), assignment(app)
    page = rex.get(f"/reviews/{id}")
    token = page.page.form("/conflict").fields["csrf_token"]
    saved = rex.post(f"/reviews/{id}", data={"csrf_token": token, "strengths": "All of it."})

    assert page.page.h1 == "Declare a new conflict of interest"
    assert "fibre problem" not in page.page.text
    assert (saved.status_code, sentence in saved.page.text) == (409, True)
    assert rex.submit(page, "/conflict", applied="yes").status_code == 302
    with app.app_context():
        assert db.session.get_one(Assignment, id).step == "conflicted"


def test_a_reviewer_of_a_rival_only_declares_the_conflict(app: Flask) -> None:
    with app.app_context():
        rex = load_principal(named("rex"))
        found = [db.session.query(model).filter(visible(model, rex, (Side.REVIEWER,))).count()
                for model in (Application, Submission)]  # fmt: skip

    assert found == [0, 0]
    declares_only(app, COMPETES)


def test_a_reviewer_who_was_involved_only_declares_the_conflict(app: Flask) -> None:
    """As in the data of an earlier release, where nobody was released."""
    with app.app_context(), transaction() as session:
        session.add(Involvement(application_id=REVIEWED, person_id=named("rex").id, part="wrote"))
        w.recorded()

    declares_only(app, LEAVE)


def test_a_reviewer_without_an_application_reads_on(app: Flask) -> None:
    """Counter-test: the same page for a reviewer who has not applied shows the proposal."""
    with app.app_context():
        id = db.session.query(Assignment.id).filter_by(person_id=named("ron").id).scalar()

    assert "fibre problem" in browser(app, "ron").get(f"/reviews/{id}").page.text
