"""The scores and texts of a review: save, list what is missing, submit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from grants.db import db, now
from grants.models import Assignment, Review, Score
from grants.services.refusals import Refused, Stale
from grants.services.reviews.assignments import expect, record
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor

COMMENT_WORDS = 5
"""Minimum number of words that explain a score."""


def save(
    review: Review,
    *,
    scores: Mapping[str, tuple[int | None, str]],
    texts: Mapping[str, str],
    fund: bool | None,
    amount: Decimal | None,
    confidence: int | None,
    version: int | None = None,
) -> None:
    """Save a draft of a review, complete or not. scores: criterion → (points, comment); texts: column → text.

    Raises Refused unless the reviewer has declared no conflict, has not submitted it, and the application is in review
    with the submission that is reviewed; Stale when the review's version is no longer `version`.
    """
    expect(review.assignment, "ready")
    if version is not None and review.version != version:
        raise Stale(review)
    _open_for_reviews(review.assignment)
    held = {score.criterion: score for score in review.scores}
    for criterion, (points, comment) in scores.items():
        if criterion not in held:
            held[criterion] = Score(criterion=criterion)
            review.scores.append(held[criterion])
        held[criterion].points, held[criterion].comment = points, comment
    for name, text in texts.items():
        setattr(review, name, text)
    review.fund, review.amount, review.confidence, review.saved_at = fund, amount, confidence, now()
    db.session.flush()


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


def send(review: Review, *, actor: Actor) -> None:
    """Submit the review, after which it can no longer be changed.

    Raises Refused with everything that is missing, or when the application is no longer in review with the submission
    that was reviewed.
    """
    expect(review.assignment, "ready")
    _open_for_reviews(review.assignment)
    if reasons := missing(review):
        raise Refused(*reasons)
    review.assignment.state, review.sent_at = "sent", now()
    db.session.flush()
    record(review.assignment, actor, "review", Message("Review submitted"))


def _open_for_reviews(assignment: Assignment) -> None:
    application = assignment.application
    if application.step != "review" or application.submission_id != assignment.submission_id:
        raise Refused(Message("This application is no longer in review."))
