"""Recommendations and decisions, except the award itself (see `awards`)."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Application, Decision, Person, Recommendation, Submission
from grants.services import letters
from grants.services.effects import Context
from workflows.engine.message import Message, Money, Value


def recommend(application: Application, context: Context) -> Message:
    """Store an officer's recommendation: award with an amount, or decline."""
    answers = context.answers
    kind = answers["kind"]
    db.session.add(
        Recommendation(
            application_id=application.id,
            kind=kind,
            amount=answers.get("amount") if kind == "award" else None,
            conditions=answers.get("conditions") or "",
            feedback=answers.get("feedback") or "",
            by=context.actor.person,
        )
    )
    db.session.flush()
    if kind == "decline":
        return Message("Recommended: decline")
    return Message("Recommended: award %(amount)s", amount=Money(answers["amount"], application.call.currency))


def reconsider(application: Application, context: Context) -> None:
    """Mark the application's recommendations as sent back: they stay stored and no longer count."""
    wanted = select(Recommendation).where(Recommendation.application_id == application.id, ~Recommendation.sent_back)
    for recommendation in db.session.scalars(wanted.order_by(Recommendation.id)):
        recommendation.sent_back = True


def decline(application: Application, context: Context) -> dict[str, Value]:
    """Store the decision to decline, with its feedback, and order the letter."""
    return _close(application, "decline", context)


def close(application: Application, context: Context) -> dict[str, Value]:
    """Store the decision that the application is not eligible, with its feedback, and order the letter."""
    return _close(application, "not_eligible", context)


def _close(application: Application, kind: str, context: Context) -> dict[str, Value]:
    feedback, person = context.answers["feedback"], db.session.get_one(Person, context.actor.person)
    submission = submission_of(application)
    db.session.add(
        Decision(application_id=application.id, submission_id=submission.id, kind=kind, feedback=feedback, by=person.id)
    )
    db.session.flush()
    letters.decline_letter(application, feedback=feedback, signed_by=person, eligible=kind != "not_eligible")
    return {"appeal_until": letters.appeal_until()}


def submission_of(application: Application) -> Submission:
    """The submission that is decided on: the newest one."""
    return db.session.get_one(Submission, application.submission_id)
