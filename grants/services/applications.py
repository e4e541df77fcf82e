"""Applications: start, save, submit, reopen, invite to the next stage, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update

from grants.db import db, now
from grants.models import Application, ApplicationSave, Assignment, BudgetLine, Call, Indicator, Organisation, Person
from grants.queries import cases
from grants.services import checks, letters, numbering, transitions
from grants.services.integrity import fingerprints
from workflows.cases import ApplicationCase
from workflows.engine.message import Message, Value
from workflows.engine.roles import Actor
from workflows.forms.completeness import Goal, Line
from workflows.programmes import programmes
from workflows.rules.calls import objections
from workflows.rules.proposals import in_time

MOST_LOST = 50
"""Unsettled conflicting saves that one person may have on one application."""


def begin(*, call: Call, organisation: Organisation, actor: Actor) -> Application:
    """Create a draft application and its first history event.

    Raises Refused with every reason why this organisation cannot apply in this call.
    """
    if reasons := against(call, organisation, actor):
        raise transitions.Refused(*reasons)
    application = Application(
        call=call, organisation=organisation, created_by=actor.person, stage=call.data.stages[0].key, step="draft"
    )
    db.session.add(application)
    db.session.flush()
    transitions.begin(application, actor=actor, message=Message("Draft started"))
    return application


def against(call: Call, organisation: Organisation, actor: Actor) -> tuple[Message, ...]:
    """Every reason why this organisation cannot apply in this call; empty when it can. Changes nothing."""
    case = ApplicationCase(arrived_at=now(), applicant=cases.applicant(organisation), round=cases.round_of(call))
    late = in_time(case, actor)
    return (*([late] if late else []), *objections(case, "start"))


def save(
    application: Application,
    *,
    section: str,
    facts: Mapping[str, Any],
    answers: Mapping[str, Any],
    lines: Sequence[Line] | None,
    goals: Sequence[Goal] | None,
    actor: Actor,
    version: int,
) -> None:
    """Save a draft of one section, complete or not. No history event is recorded.

    facts: column → value; answers are merged into the stored answers. lines and goals replace the stored budget lines
    and indicators; None leaves them unchanged. Raises Refused unless the application is a draft or reopened for a
    question, and Stale when its version is no longer `version`.
    """
    locked = db.session.scalars(
        select(Application)
        .where(Application.id == application.id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    ).one()
    if locked.step not in ("draft", "question"):
        raise transitions.Refused(Message("The proposal has been submitted and can no longer be changed."))
    if locked.version != version:
        raise transitions.Stale(locked)
    for name, value in facts.items():
        setattr(application, name, value)
    application.answers = {**application.answers, **answers}
    if lines is not None:
        _replace_lines(application, lines)
    if goals is not None:
        _replace_goals(application, goals)
    application.saved_at = now()
    db.session.flush()


def keep_lost(
    application: Application, *, section: str, content: Mapping[str, Any], version: int, person: int
) -> ApplicationSave:
    """Store the content of a save that came after another person's, so that both versions can be compared.

    Raises Refused when the person already has MOST_LOST unsettled saves on this application.
    """
    mine = select(func.count()).where(
        ApplicationSave.application_id == application.id,
        ApplicationSave.person_id == person,
        ApplicationSave.settled_at.is_(None),
    )
    if (db.session.scalar(mine) or 0) >= MOST_LOST:
        raise transitions.Refused(
            Message(
                "You have %(count)s unsaved versions to compare. Compare them first and choose one.", count=MOST_LOST
            )
        )
    row = ApplicationSave(
        application_id=application.id, person_id=person, section=section, on_version=version, content=dict(content)
    )
    db.session.add(row)
    db.session.flush()
    return row


def settle(save: ApplicationSave) -> None:
    """Mark a conflicting save as settled: a person compared the versions and chose one."""
    save.settled_at = now()
    db.session.flush()


def _replace_lines(application: Application, lines: Sequence[Line]) -> None:
    db.session.execute(delete(BudgetLine).where(BudgetLine.application_id == application.id))
    for position, line in enumerate(lines):
        db.session.add(
            BudgetLine(
                application_id=application.id,
                position=position,
                what=line.what,
                category=line.category,
                quantity=line.quantity,
                unit_cost=line.unit_cost,
                total=line.total,
            )
        )
    application.asked = sum((line.total for line in lines), Decimal(0))


def _replace_goals(application: Application, goals: Sequence[Goal]) -> None:
    db.session.execute(delete(Indicator).where(Indicator.application_id == application.id))
    for position, goal in enumerate(goals):
        db.session.add(
            Indicator(
                application_id=application.id,
                position=position,
                name=goal.name,
                unit=goal.unit,
                baseline=goal.baseline,
                target=goal.target,
                how=goal.how,
            )
        )


@transitions.effect("applications.submit")
def submit(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """Assign the reference if there is none, store the hash of the proposal, and order the receipt.

    The submission time stays unchanged when the applicant resubmits in answer to a question.
    """
    if case.step != "question":
        application.submitted_at = case.arrived_at
    application.submitted_sha256 = fingerprints.of_proposal(application)
    application.invited_until = None
    if application.reference is None:
        application.reference = numbering.next_number(programmes()[application.call.programme].series)
    db.session.flush()
    letters.receipt(application, sent_by=db.session.get_one(Person, actor.person), arrived_at=case.arrived_at)
    return {"reference": application.reference, "at": case.arrived_at}


@transitions.effect("applications.reopen")
def reopen(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """Delete the verdicts of the eligibility checks, because the applicant may now change the proposal."""
    checks.clear(application)
    return {"until": answer_until(application) or Message("our decision")}


def answer_until(application: Application) -> datetime | None:
    """The deadline for answering the question, counted from `step_at`; None where the call sets no limit."""
    clock = application.call.data.clock
    hours = clock.get("question_hours") or 24 * clock.get("question_days", 0)
    return application.step_at + timedelta(hours=hours) if hours else None


@transitions.effect("applications.invite")
def invite(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """Delete the verdicts of the eligibility checks and set the deadline for the next stage (default: 30 days)."""
    checks.clear(application)
    clock = application.call.data.clock
    hours = clock.get("invited_hours") or 24 * clock.get("invited_days", 30)
    application.invited_until = now() + timedelta(hours=hours)
    db.session.flush()
    return {"until": application.invited_until}


@transitions.effect("applications.withdraw")
def withdraw(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Release the reviewers who have not submitted a review."""
    db.session.execute(
        update(Assignment)
        .where(Assignment.application_id == application.id, Assignment.state.in_(("asked", "ready")))
        .values(state="released")
    )
