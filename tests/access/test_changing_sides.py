"""People who change sides, through the pages: each of these once made a decision that was not theirs to make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from grants.access import principals
from grants.access.principals import Principal
from grants.db import db, now, transaction
from grants.models import Assignment, Award, Check, Decision, Membership, Outbox, Person, Review, Score
from grants.queries.applications import involvements
from grants.queries.applications.listing import Filters, listing
from grants.services import locking, persons
from grants.services.reviews import assignments
from tests import world as w
from tests.browser import Answer, Careful, signed_in
from tests.prepared import Prepare
from workflows.cases import Involvements
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

INVOLVED = "You have acted for the applicant, so another person must do this."
RIVAL = "You have acted for an applicant to this call, so another person must do this."
OPENED = "You have opened this application as a reviewer, so another person must do this."
WAIT = "You are a reviewer of this application. You can read the other reviews after you have submitted yours."
NO = "The costs are far too high for what the project would bring to the region."
CHECKED, REVIEWED, DECISION = 1, 2, 3
"""The applications: one at its checks, one that Rex has scored, one to decide on."""


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Three applications of the Malagasy chapter in one call, at different steps."""
    return prepare("sides", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    w.submitted(world)
    scored = w.in_review(world)
    w.review(world, scored, ("ria", "rob"))
    w.scored(world, scored, "rex")
    decided = w.in_review(world)
    w.review(world, decided)
    w.apply(world, decided, "to_panel", "olga", Role.OFFICER)
    advice: dict[str, Any] = {"kind": "award", "amount": Decimal(10_000), "conditions": ""}
    w.apply(world, decided, "recommend", "omar", Role.OFFICER, **advice)


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people and the call."""
    with app.app_context():
        return w.found()


def browser(app: Flask, world: w.World, name: str) -> Careful:
    """A browser with a session of this person."""
    return signed_in(app, world.people[name])


def leave(world: w.World, name: str) -> None:
    """The person leaves their organisation."""
    member = db.session.query(Membership).filter_by(person_id=world.people[name].id).one()
    locking.hold(world.people[name])
    member.ended_at = now()


def appoint(world: w.World, name: str, *roles: Role) -> None:
    """The person gets these roles."""
    for role in roles:
        persons.appoint(world.people[name], role, actor=w.SYSTEM)


def post(client: Careful, address: str, **fields: str) -> Answer:
    """Send a form that no page shows to this person."""
    token = client.get("/account").page.form("/sign-out").fields["csrf_token"]
    return client.post(address, data={"csrf_token": token, **fields})


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody remembers who was involved: today's memberships count alone, as in earlier releases."""
    real, nothing = principals.principal_of, frozenset[int]()

    def without(person: Person, ties: Iterable[Sequence[Any]]) -> Principal:
        return replace(real(person, ties), involved=nothing, applied=nothing, reviewing=nothing)

    monkeypatch.setattr(principals, "principal_of", without)
    monkeypatch.setattr(involvements, "of", lambda _: Involvements())


# Somebody wrote and sent a proposal, left the chapter, was appointed, and checked and awarded it.


@pytest.fixture
def turncoat(app: Flask, world: w.World) -> Careful:
    """The author of the proposals, who left the chapter and is an officer and an approver now."""
    with app.app_context(), transaction():
        leave(world, "mg1")
        appoint(world, "mg1", Role.OFFICER, Role.APPROVER)
    return browser(app, world, "mg1")


CHECK = {"standing-verdict": "passed", "submission": "1", "version": "0"}
AWARD = {"amount": "10,000.00", "confirmed": "yes"}


def check_and_award(client: Careful) -> list[int]:
    """The results of a check and of an award."""
    return [
        post(client, f"/applications/{CHECKED}/checks/standing", **CHECK).status_code,
        post(client, f"/applications/{DECISION}/transitions/award", **AWARD).status_code,
    ]


def checks_and_awards(app: Flask) -> tuple[int, int]:
    """The numbers of checks of the first application, and of awards."""
    with app.app_context():
        return db.session.query(Check).filter_by(application_id=CHECKED).count(), db.session.query(Award).count()


def test_an_author_who_left_neither_sees_nor_judges_the_proposal(app: Flask, turncoat: Careful) -> None:
    pages = [f"/applications/{id}{part}" for id in (CHECKED, DECISION) for part in ("", "/proposal", "/history")]

    assert [turncoat.get(page).status_code for page in pages] == [404] * len(pages)
    assert f"/applications/{DECISION}" not in turncoat.get("/applications").get_data(as_text=True)
    assert "fibre" not in turncoat.get("/tasks").get_data(as_text=True)
    assert check_and_award(turncoat) == [404, 404]
    assert checks_and_awards(app) == (0, 0)


@pytest.mark.usefixtures("forgetful")
def test_without_the_record_the_author_would_check_and_award(app: Flask, turncoat: Careful) -> None:
    assert check_and_award(turncoat) == [302, 302]
    assert checks_and_awards(app) == (1, 1)


# An approver declined a rival of their own chapter.


@pytest.fixture
def rival(app: Flask, world: w.World) -> Careful:
    """Pia, the approver, who acts for the chapter in Bolivia, which has begun a draft in the call."""
    with app.app_context():
        with transaction():
            persons.join(world.people["pia"], world.chapters["bo"], actor=w.SYSTEM)
        w.begun(world, "BTN-L", "bo")
    return browser(app, world, "pia")


def decline(client: Careful) -> Answer:
    """Decline the application."""
    return post(client, f"/applications/{DECISION}/transitions/decline", feedback=NO, confirmed="yes")


def decisions(app: Flask) -> list[str]:
    """The kinds of the decisions so far."""
    with app.app_context():
        return [kind for (kind,) in db.session.query(Decision.kind)]


def test_an_approver_does_not_decline_a_rival_of_their_chapter(app: Flask, rival: Careful) -> None:
    page, tasks = rival.get(f"/applications/{DECISION}").page, rival.get("/tasks").get_data(as_text=True)
    answer = decline(rival)

    assert page.text.count(RIVAL) >= 1
    assert [form for form in page.forms if "/transitions/" in form.action] == []
    assert f"/applications/{DECISION}" not in tasks
    assert (answer.status_code, RIVAL in answer.page.text) == (409, True)
    assert decisions(app) == []


@pytest.mark.usefixtures("forgetful")
def test_without_the_record_the_approver_would_decline_the_rival(app: Flask, rival: Careful) -> None:
    assert decline(rival).status_code == 302
    assert decisions(app) == ["decline"]


# An approver reviewed, read the others' reviews and awarded.


@pytest.fixture
def both(app: Flask, world: w.World) -> Careful:
    """Rex, a reviewer who has scored the second application, is an approver and officer now."""
    with app.app_context(), transaction():
        appoint(world, "rex", Role.APPROVER, Role.OFFICER)
    return browser(app, world, "rex")


def shown(client: Careful) -> list[bool]:
    """Whether the pages show the others' reviews: the comparison, the page of the application and its history."""
    texts = [client.get(f"/applications/{REVIEWED}{part}").page.text for part in ("/reviews", "", "/history")]
    return [w.WHY in texts[0], "Mean total score" in texts[1], "Ria (demo)" in texts[2]]


def send(client: Careful, world: w.World, app: Flask) -> int:
    """Rex submits his review."""
    with app.app_context():
        rex = db.session.query(Assignment).filter_by(person_id=world.people["rex"].id, application_id=REVIEWED).one()
    return client.submit(client.get(f"/reviews/{rex.id}"), f"/reviews/{rex.id}/send").status_code


def test_a_reviewer_reads_the_other_reviews_after_sending_theirs(app: Flask, world: w.World, both: Careful) -> None:
    before, page = shown(both), both.get(f"/applications/{REVIEWED}/reviews").page
    assert send(both, world, app) == 302

    assert (before, WAIT in page.text) == ([False, False, False], True)
    assert shown(both) == [True, True, True]


@pytest.mark.usefixtures("forgetful")
def test_without_the_record_a_reviewer_would_read_the_other_reviews_first(both: Careful) -> None:
    assert shown(both) == [True, True, True]


def flagged(app: Flask, world: w.World) -> bool:
    """Whether the list of applications shows Rex that the scores of the second one differ widely."""
    with app.app_context():
        rex = principals.load_principal(db.session.get_one(Person, world.people["rex"].id))
        rows = {row.application.id: row for row in listing(rex, Filters()).rows}
        return rows[REVIEWED].far_apart


def test_the_list_shows_a_reviewer_no_flag_about_the_scores(app: Flask, world: w.World, both: Careful) -> None:
    with app.app_context(), transaction() as session:
        ria = session.query(Assignment).filter_by(application_id=REVIEWED, person_id=world.people["ria"].id).one()
        for score in session.query(Score).join(Review).filter_by(assignment_id=ria.id):
            score.points = 1
        w.recorded()
    before = flagged(app, world)
    send(both, world, app)

    assert [before, flagged(app, world)] == [False, True]


def test_a_reviewer_who_declines_reads_the_reviews_as_staff(app: Flask, world: w.World, both: Careful) -> None:
    with app.app_context():
        rex = db.session.query(Assignment).filter_by(person_id=world.people["rex"].id, application_id=REVIEWED).one()
        w.apply(world, rex, "decline", "rex", Role.REVIEWER, reason="No time this month")

    assert shown(both) == [True, True, True]


def test_a_reviewer_does_not_award_what_they_have_reviewed(app: Flask, both: Careful) -> None:
    page = both.get(f"/applications/{DECISION}").page
    answer = post(both, f"/applications/{DECISION}/transitions/award", **AWARD)

    assert OPENED in page.text
    assert f"/applications/{DECISION}" not in both.get("/tasks").get_data(as_text=True)
    assert (answer.status_code, OPENED in answer.page.text) == (409, True)
    assert checks_and_awards(app)[1] == 0


@pytest.mark.usefixtures("forgetful")
def test_without_the_record_the_reviewer_would_award(app: Flask, both: Careful) -> None:
    assert post(both, f"/applications/{DECISION}/transitions/award", **AWARD).status_code == 302
    assert checks_and_awards(app)[1] == 1


# A reviewer joined the applicant and gave full marks.


def join(app: Flask, world: w.World, name: str) -> None:
    """The reviewer joins the applicant."""
    with app.app_context(), transaction():
        person = db.session.get_one(Person, world.people[name].id)
        persons.join(person, world.chapters["mg"], actor=w.SYSTEM)


def steps(app: Flask, world: w.World, name: str) -> list[str]:
    """The steps of the assignments of a person."""
    with app.app_context():
        rows = db.session.query(Assignment.step).filter_by(person_id=world.people[name].id).order_by(Assignment.id)
        return [step for (step,) in rows]


FULL = {"fund": "yes", "confidence": "5", "strengths": w.WHY, "concerns": w.WHY}


def full_marks(app: Flask, world: w.World) -> int:
    """Rex sends a review with full marks from a page that he has opened before."""
    client = browser(app, world, "rex")
    with app.app_context():
        row = db.session.query(Assignment).filter_by(person_id=world.people["rex"].id, application_id=REVIEWED).one()
        given = {f"{name}_{c.key}": value for c in row.application.call.data.rubric
                 for name, value in (("score", "5"), ("comment", w.WHY))}  # fmt: skip
        assert row.review is not None
        given["version"] = str(row.review.version)
    return post(client, f"/reviews/{row.id}/send", **FULL, amount="10,000.00", **given).status_code


def test_a_reviewer_who_joins_the_applicant_sends_no_review(app: Flask, world: w.World) -> None:
    join(app, world, "rex")

    assert full_marks(app, world) == 404
    assert steps(app, world, "rex") == ["conflicted", "conflicted"]


@pytest.mark.usefixtures("forgetful")
def test_without_the_record_the_full_marks_would_count(
    app: Flask, world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignments, "release_involved", lambda *_, **__: None)
    join(app, world, "rex")

    assert full_marks(app, world) == 302
    assert steps(app, world, "rex") == ["sent", "sent"]


def test_a_review_sent_before_joining_no_longer_counts_and_the_officers_are_told(app: Flask, world: w.World) -> None:
    join(app, world, "ria")

    assert steps(app, world, "ria") == ["conflicted", "conflicted"]
    with app.app_context():
        rows = db.session.query(Outbox).filter_by(kind="mail").order_by(Outbox.id.desc()).limit(4)
        mails: list[Any] = [row.args for row in rows]
        olga, omar = (world.people[name].id for name in ("olga", "omar"))
    assert {mail["person"] for mail in mails} == {olga, omar}
    assert {mail["text"]["values"]["name"] for mail in mails} == {"Ria (demo)"}
    assert all("acts for an applicant" in mail["text"]["text"] for mail in mails)
