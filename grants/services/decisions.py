"""Recommendations and decisions, except the award itself (see `awards`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from grants.db import db
from grants.models import Application, Decision, Person, Recommendation
from grants.services import letters, transitions
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor


@transitions.effect("decisions.recommend")
def recommend(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> Message:
    """Store an officer's recommendation: award with an amount, or decline."""
    kind = answers["kind"]
    db.session.add(
        Recommendation(
            application_id=application.id,
            kind=kind,
            amount=answers.get("amount") if kind == "award" else None,
            conditions=answers.get("conditions") or "",
            feedback=answers.get("feedback") or "",
            by=actor.person,
        )
    )
    db.session.flush()
    if kind == "decline":
        return Message("Recommended: decline")
    return Message("Recommended: award %(amount)s", amount=Money(answers["amount"], application.call.currency))


@transitions.effect("decisions.reconsider")
def reconsider(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Mark the application's recommendations as sent back: they stay stored and no longer count."""
    db.session.execute(
        update(Recommendation).where(Recommendation.application_id == application.id).values(sent_back=True)
    )


@transitions.effect("decisions.decline")
def decline(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Store the decision to decline, with its feedback, and order the letter."""
    _close(application, "decline", actor, answers)


@transitions.effect("decisions.close")
def close(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Store the decision that the application is not eligible, with its feedback, and order the letter."""
    _close(application, "not_eligible", actor, answers)


def _close(application: Application, kind: str, actor: Actor, answers: Mapping[str, Any]) -> None:
    db.session.add(Decision(application_id=application.id, kind=kind, feedback=answers["feedback"], by=actor.person))
    db.session.flush()
    letters.decline_letter(
        application, feedback=answers["feedback"], signed_by=db.session.get_one(Person, actor.person)
    )
