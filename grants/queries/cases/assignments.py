"""The facts about an assignment that the guards of its flow read."""

from __future__ import annotations

from grants.access.principals import load_principal
from grants.models import Assignment, Review
from grants.queries import involvements
from grants.queries.assignments import unfit
from workflows import cases
from workflows.engine.message import Message, Money
from workflows.engine.roles import Role
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import ENDED

COMMENT_WORDS = 5
"""Minimum number of words that explain a score."""


def case(row: Assignment) -> cases.AssignmentCase:
    """The case of an assignment."""
    application = row.application
    found = involvements.of(application)
    return cases.AssignmentCase(
        step=row.step,
        stage=row.stage,
        in_review=application.step == "review" and application.submission_id == row.submission_id,
        decided=application.step in DECIDED,
        appointed=load_principal(row.person).covers(Role.REVIEWER, application.call_id),
        applicant=row.person_id in found.applicants,
        rival=row.person_id in found.rivals,
        involvements=found,
        unfit=unfit(application, row.person) if row.step in ENDED else (),
        missing=missing(row.review) if row.step == "ready" and row.review else (),
    )


def missing(review: Review) -> tuple[Message, ...]:
    """What is missing or wrong in a review before it can be submitted. Empty when nothing is."""
    application = review.assignment.application
    held = {score.criterion: score for score in review.scores}
    messages = []
    for criterion in application.call.data.rubric:
        score = held.get(criterion.key)
        if score is None or score.points is None:
            messages.append(
                Message("Give a score for “%(criterion)s”.", criterion=Message(criterion.title), cure=criterion.key)
            )
        elif len(score.comment.split()) < COMMENT_WORDS:
            messages.append(
                Message(
                    "Explain your score for “%(criterion)s” in at least %(words)s words.",
                    criterion=Message(criterion.title),
                    words=COMMENT_WORDS,
                    cure=criterion.key,
                )
            )
    for key, label in (("strengths", Message("Strengths")), ("concerns", Message("Concerns"))):
        if not getattr(review, key).strip():
            messages.append(Message("“%(label)s” is missing.", label=label, cure=key))
    if review.fund is None:
        messages.append(Message("Select whether the project should be funded.", cure="fund"))
    if review.fund and not review.amount:
        messages.append(Message("Enter the amount that you would award.", cure="amount"))
    if review.amount is not None and review.amount > application.asked:
        messages.append(
            Message(
                "The applicant requested %(asked)s. Enter that amount or less.",
                asked=Money(application.asked, application.call.currency),
                cure="amount",
            )
        )
    if review.confidence is None:
        messages.append(Message("Select how confident you are.", cure="confidence"))
    return tuple(messages)
