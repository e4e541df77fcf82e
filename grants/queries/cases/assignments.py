"""The facts about an assignment that the guards of its flow read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal, load_principals
from grants.db import db
from grants.models import Application, Assignment, Person, Review
from grants.queries.applications import involvements
from grants.queries.reviews.assignments import Reasons, unfit_of
from workflows import cases
from workflows.engine.message import Message, Money
from workflows.engine.roles import Role
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import ENDED
from workflows.words import words

COMMENT_WORDS = 5
"""Minimum number of words that explain a score."""


def cases_of(rows: Sequence[Assignment]) -> list[cases.AssignmentCase]:
    """The cases of these assignments, in their order: as many queries for many of one application as for one."""
    if len(rows) > 1:
        _read([row for row in rows if inspect(row).unloaded & {"person", "review"}])
    people = list({row.person_id: row.person for row in rows}.values())
    principals = {person.id: held for person, held in zip(people, load_principals(people), strict=True)}
    apart, against = involvements.of_each([row.application for row in rows]), _unfit(rows, principals)
    return [_case(row, principals[row.person_id], apart[row.application_id], against) for row in rows]


def _case(
    row: Assignment, reviewer: Principal, apart: cases.Involvements, against: Mapping[int, Mapping[int, Reasons]]
) -> cases.AssignmentCase:
    application = row.application
    return cases.AssignmentCase(
        step=row.step,
        stage=row.stage,
        reviewer=row.person_id,
        in_review=application.step == "review" and application.submission_id == row.submission_id,
        decided=application.step in DECIDED,
        appointed=reviewer.covers(Role.REVIEWER, application.call_id),
        applicant=row.person_id in apart.applicants,
        rival=row.person_id in apart.rivals,
        involvements=apart,
        unfit=against[row.application_id][row.person_id] if row.step in ENDED else (),
        missing=missing(row.review) if row.step == "ready" and row.review else (),
    )


def case(row: Assignment) -> cases.AssignmentCase:
    """The case of an assignment."""
    return cases_of([row])[0]


def _read(rows: Sequence[Assignment]) -> None:
    """Read what the cases look at."""
    if not rows:
        return
    parts = (
        joinedload(Assignment.person),
        joinedload(Assignment.application).joinedload(Application.call),
        joinedload(Assignment.review).selectinload(Review.scores),
    )
    db.session.scalars(select(Assignment).where(Assignment.id.in_([row.id for row in rows])).options(*parts)).all()


def _unfit(rows: Sequence[Assignment], principals: Mapping[int, Principal]) -> dict[int, dict[int, Reasons]]:
    """The reasons not to invite those whose assignments have ended again, by application and person."""
    ended: dict[Application, list[Person]] = defaultdict(list)
    for row in rows:
        if row.step in ENDED:
            ended[row.application].append(row.person)
    return {
        application.id: unfit_of(application, people, [principals[person.id] for person in people])
        for application, people in ended.items()
    }


def missing(review: Review) -> tuple[Message, ...]:
    """What is missing or wrong in a review before it can be submitted. Empty when nothing is."""
    application = review.assignment.application
    held = {score.criterion: score for score in review.scores}
    messages = []
    for criterion in application.call.data.rubric:
        score = held.get(criterion.key)
        if score is None or score.points is None:
            messages.append(
                Message("Select a score for “%(criterion)s”.", criterion=Message(criterion.title), cure=criterion.key)
            )
        elif words(score.comment) < COMMENT_WORDS:
            messages.append(
                Message(
                    "Explain your score for “%(criterion)s” in at least %(words)s words.",
                    criterion=Message(criterion.title),
                    words=COMMENT_WORDS,
                    cure=criterion.key,
                )
            )
    if not review.strengths.strip():
        messages.append(Message("Enter the strengths of the proposal.", cure="strengths"))
    if not review.concerns.strip():
        messages.append(Message("Enter your concerns about the proposal.", cure="concerns"))
    if review.fund is None:
        messages.append(Message("Select whether the project should be funded.", cure="fund"))
    messages += _amount(review)
    if review.confidence is None:
        messages.append(Message("Select how confident you are.", cure="confidence"))
    return tuple(messages)


def _amount(review: Review) -> list[Message]:
    """What is wrong with the amount of a review."""
    application = review.assignment.application
    if review.amount_typed:
        return [Message("Enter the recommended amount as a number, such as 1,250.", cure="amount")]
    if review.fund and not review.amount:
        return [Message("Enter the amount that you would award.", cure="amount")]
    if review.amount is not None and review.amount > application.asked:
        asked = Money(application.asked, application.call.currency)
        return [Message("The applicant requested %(asked)s. Enter that amount or less.", asked=asked, cure="amount")]
    return []
