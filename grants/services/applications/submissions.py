"""Effects of transitions of the applicant and the officer: submit, reopen, invite to the next stage, withdraw."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Assignment, Person
from grants.services import documents, letters, numbering
from grants.services.applications import checks
from grants.services.effects import Context
from grants.services.integrity import fingerprints
from reports.snapshots import Receipt
from workflows.engine.message import Message, Value
from workflows.programmes import programmes


def submit(application: Application, context: Context) -> dict[str, Value]:
    """Assign the reference if there is none, store the hash of the proposal, and order the receipt.

    The submission time stays unchanged when the applicant resubmits in answer to a question.
    """
    revised = context.case.step == "question"
    if not revised:
        application.submitted_at = context.case.arrived_at
    application.submitted_sha256 = fingerprints.of_proposal(application)
    application.invited_until = None
    submitter = db.session.get_one(Person, context.actor.person)
    series = [programmes()[application.call.programme].series] if application.reference is None else []
    *reference, receipt = numbering.draw(*series, documents.SERIES[Receipt])
    application.reference = reference[0] if reference else application.reference
    db.session.flush()
    letters.receipt(application, number=receipt, sent_by=submitter, arrived_at=context.case.arrived_at, revised=revised)
    return {"reference": application.reference, "at": context.case.arrived_at}


def reopen(application: Application, context: Context) -> dict[str, Value]:
    """Delete the verdicts of the eligibility checks, because the applicant may now change the proposal."""
    checks.clear(application)
    return {"until": answer_until(application) or Message("our decision")}


def answer_until(application: Application) -> datetime | None:
    """The deadline for answering the question, counted from `step_at`; None where the call sets no limit."""
    clock = application.call.data.clock
    hours = clock.get("question_hours") or 24 * clock.get("question_days", 0)
    return application.step_at + timedelta(hours=hours) if hours else None


def invite(application: Application, context: Context) -> dict[str, Value]:
    """Delete the verdicts of the eligibility checks and set the deadline for the next stage (default: 30 days)."""
    checks.clear(application)
    clock = application.call.data.clock
    hours = clock.get("invited_hours") or 24 * clock.get("invited_days", 30)
    application.invited_until = now() + timedelta(hours=hours)
    db.session.flush()
    return {"until": application.invited_until}


def withdraw(application: Application, context: Context) -> None:
    """Release the reviewers who have not submitted a review."""
    open_ = select(Assignment).where(
        Assignment.application_id == application.id, Assignment.state.in_(("asked", "ready"))
    )
    for assignment in db.session.scalars(open_.order_by(Assignment.id)):
        assignment.state = "released"
