"""Nobody judges an application in which they had a part, nor a rival of one, over the whole flow.

Each action is tried for each part. In the counter-tests nobody remembers who was involved, and the action is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from grants.access.principals import application_of
from grants.db import db, now, transaction
from grants.models import Application, Assignment, Batch, Involvement, Person, Review
from grants.models.applications import PARTS
from grants.outside.servers import Postgres
from grants.queries.applications import involvements
from grants.services import persons, transitions
from grants.services.applications import drafts
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from tests import world as w
from tests.access.judging import ACTIONS, REVIEWING, Action, asked
from tests.access.stage import ground
from tests.databases import copied, settings_for
from tests.prepared import opened
from workflows.engine.roles import Actor, Role
from workflows.flows import assignment, call, verification
from workflows.flows.standard import FLOWS
from workflows.rules.involvements import IMPARTIAL, JUDGING
from workflows.rules.reviews import MAY_REVIEW

pytestmark = pytest.mark.sweep

INVOLVED = "You have acted for the applicant, so another person must do this."
RIVAL = "You have acted for an applicant to this call, so another person must do this."
OPENED = "You have opened this application as a reviewer, so another person must do this."
ASKED = "You have been invited to review this application. Decline the invitation first, or ask a colleague to do this."
LEAVE = "You have acted for the applicant. Declare a conflict of interest."
COMPETES = "You have acted for another applicant to this call. Declare a conflict of interest."
STAFF = {Role.OFFICER, Role.APPROVER, Role.FINANCE}
Past = Callable[[Application, Person], None]


@dataclass(frozen=True)
class Data:
    """The application on data of which no change is kept. numbers: ids by the placeholders of `cast`."""

    app: Flask
    numbers: dict[str, str]


@pytest.fixture(scope="module")
def data(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Data]:
    """The data of the table of access, and Ivo, who has every role that judges something."""
    folder: Path = tmp_path_factory.mktemp("involvement")
    filled, numbers, _ = ground(postgres, template)
    for name in copied(postgres, filled, f"involved_{folder.parent.name}".replace("-", "_")):
        with opened(settings_for(postgres, name, postgres.instance)) as app:
            with app.app_context():
                begin(int(numbers["statement"]))
            yield Data(app, numbers)


def begin(statement: int) -> None:
    """Ivo's appointments, and a second application in the call of the statement, so that every call has rivals."""
    with transaction():
        ivo = w.person("ivo")
        for role in (*STAFF, Role.REVIEWER):
            persons.appoint(ivo, role, actor=w.SYSTEM)
    row = db.session.get_one(Application, statement)
    applicant = Actor(person=row.created_by, role=Role.APPLICANT, on_behalf_of=row.organisation_id, via="test")
    with transaction():
        drafts.begin(call=row.call, organisation=row.organisation, actor=applicant, apply=transitions.apply)


def had(part: str) -> Past:
    """A person with this part in the application."""

    def note(row: Application, person: Person) -> None:
        db.session.add(Involvement(application_id=row.id, person_id=person.id, part=part))

    return note


def competed(row: Application, person: Person) -> None:
    """A person who was a member of another applicant of the call."""
    others = db.session.query(Application).filter(Application.call_id == row.call_id, Application.id != row.id)
    had("member")(others.order_by(Application.id).limit(1).one(), person)


def assigned(row: Application, person: Person, step: str) -> Assignment:
    """An assignment of the person at this step."""
    return Assignment(
        application=row,
        submission_id=row.submission_id,
        person=person,
        stage=row.stage,
        assigned_by=row.created_by,
        due_on=now().date(),
        step=step,
    )


def reviewed(row: Application, person: Person) -> None:
    """A person who has opened the application as a reviewer, and declined the review then."""
    db.session.add(Review(assignment=assigned(row, person, "declined")))


def invited(row: Application, person: Person) -> None:
    """A person who is invited to review the application, and has not answered."""
    db.session.add(assigned(row, person, "asked"))


def attempted(data: Data, action: Action, past: Past, name: str, judge: Callable[[Any, Actor], object]) -> object:
    """What `judge` finds with the action's row and a person with this past; nothing of it is kept."""
    with data.app.app_context():
        try:
            row: Any = db.session.get_one(action.model, int(data.numbers[action.row]))
            person = db.session.query(Person).filter_by(email=f"{name}@example.org").one()
            about = row.payments[0].instalment.award.application if isinstance(row, Batch) else application_of(row)
            assert about is not None
            past(about, person)
            db.session.flush()
            return judge(row, Actor(person=person.id, role=action.role, via="test"))
        finally:
            db.session.rollback()
            db.session.remove()


def refused(data: Data, action: Action, past: Past, name: str = "ivo") -> object:
    """The reasons against the action."""

    def judge(row: Any, actor: Actor) -> list[str]:
        with pytest.raises(Refused) as wrong:
            action.do(row, actor)
        return [str(reason) for reason in wrong.value.reasons]

    return attempted(data, action, past, name, judge)


def harm(data: Data, action: Action, past: Past, name: str = "ivo") -> object:
    """What the action has done."""

    def judge(row: Any, actor: Actor) -> object:
        action.do(row, actor)
        db.session.flush()
        db.session.expire_all()
        return action.harm(row)

    return attempted(data, action, past, name, judge)


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody remembers who was involved."""
    monkeypatch.setattr(involvements, "of", lambda _: involvements.NOBODY)
    monkeypatch.setattr(involvements, "arms", lambda _: [])
    monkeypatch.setattr(involvements, "of_rows", lambda *_: involvements.NOBODY)


every_action = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
every_decision = pytest.mark.parametrize("action", [a for a in ACTIONS if a.judges], ids=lambda action: action.id)
every_review = pytest.mark.parametrize("action", REVIEWING, ids=lambda action: action.id)


@every_action
def test_nobody_judges_what_they_had_a_part_in(data: Data, action: Action) -> None:
    found = {part: refused(data, action, had(part)) for part in PARTS}

    assert found == {part: [INVOLVED] for part in PARTS}


@every_action
def test_nobody_judges_a_rival(data: Data, action: Action) -> None:
    assert refused(data, action, competed) == [RIVAL]


@every_decision
def test_nobody_decides_on_what_they_have_opened_as_a_reviewer(data: Data, action: Action) -> None:
    assert refused(data, action, reviewed) == [OPENED]


@every_decision
def test_nobody_decides_on_what_they_are_invited_to_review(data: Data, action: Action) -> None:
    assert refused(data, action, invited) == [ASKED]


@every_action
@pytest.mark.usefixtures("forgotten")
def test_without_the_record_they_would_judge_it(data: Data, action: Action) -> None:
    pasts = [had("wrote"), competed, *([reviewed, invited] if action.judges else [])]

    assert [harm(data, action, past) for past in pasts] == [action.harmed] * len(pasts)


@every_review
def test_nobody_reviews_what_they_had_a_part_in_or_a_rival(data: Data, action: Action) -> None:
    found = {part: refused(data, action, had(part), "rex") for part in PARTS}

    assert found == {part: [LEAVE] for part in PARTS}
    assert refused(data, action, competed, "rex") == [COMPETES]


@every_review
@pytest.mark.usefixtures("forgotten")
def test_without_the_record_they_would_review_it(data: Data, action: Action) -> None:
    assert [harm(data, action, past, "rex") for past in (had("wrote"), competed)] == [action.harmed] * 2


def invite(row: Application, actor: Actor) -> None:
    """Omar invites Rhea."""
    omar, rhea = (db.session.query(Person).filter_by(email=f"{name}@example.org").one() for name in ("omar", "rhea"))
    assignments.assign(application=row, reviewer=rhea, actor=Actor(person=omar.id, role=Role.OFFICER, via="test"))


INVITED = Action("invite", Application, "reviewed", Role.REVIEWER, invite, asked, "asked")


def test_nobody_is_invited_to_review_what_they_had_a_part_in_or_a_rival(data: Data) -> None:
    found = {part: refused(data, INVITED, had(part), "rhea") for part in PARTS}

    assert found == {part: ["Rhea (demo) has acted for the applicant."] for part in PARTS}
    assert refused(data, INVITED, competed, "rhea") == ["Rhea (demo) has acted for another applicant to this call."]


@pytest.mark.usefixtures("forgotten")
def test_without_the_record_they_would_be_invited(data: Data) -> None:
    assert [harm(data, INVITED, past, "rhea") for past in (had("wrote"), competed)] == ["asked", "asked"]


BESIDE = (call.FLOW, verification.FLOW)
"""The flows that are about no application."""


def test_every_action_of_a_role_that_judges_is_tried() -> None:
    """A reviewer who declines or declares a conflict judges nothing."""
    judging = [row for flow in FLOWS if flow not in BESIDE for row in flow.transitions if STAFF & set(row.roles)]
    reviewing = {row.key for flow in FLOWS for row in flow.transitions if Role.REVIEWER in row.roles}

    assert {row.key for row in judging} - {action.key for action in ACTIONS} == set()
    assert reviewing - {action.key for action in REVIEWING} == {"conflict", "decline"}


AFTER_THE_DECISION = {
    *("countersign", "met", "returned"),  # the agreement
    *("approve", "send_back"),  # a report; also the approval of a batch
    *("undo", "release", "confirm"),  # a batch
    "close",
}
"""What reviewers may do in another role: it neither prepares nor makes nor undoes the decision."""


def test_every_row_of_a_role_that_judges_has_the_guards() -> None:
    """The award by an officer and that by an approver are different rows with one key."""
    rows = [(flow, row) for flow in FLOWS if flow not in BESIDE for row in flow.transitions]
    staff = [(flow.name, row.key, set(row.guards)) for flow, row in rows if STAFF & set(row.roles)]
    reviewers = [row for row in assignment.FLOW.transitions if row.key in {"clear", "send"}]

    assert [(name, key) for name, key, guards in staff if not set(IMPARTIAL) <= guards] == []
    assert {key for _, key, guards in staff if not set(JUDGING) <= guards} == AFTER_THE_DECISION
    assert [row.key for row in reviewers if not set(MAY_REVIEW) <= set(row.guards)] == []
