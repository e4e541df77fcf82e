"""Applications: begun, written, sent, reopened, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update

from grants.db import db, now
from grants.models import Application, ApplicationSave, Assignment, BudgetLine, Call, Indicator, Organisation, Person
from grants.queries import cases
from grants.services import checks, fingerprints, letters, moves, numbers
from workflows.cases import ApplicationCase
from workflows.programmes import programmes
from workflows.proposal import Goal, Line
from workflows.roles import Actor
from workflows.rules.calls import objections
from workflows.rules.proposals import in_time
from workflows.say import Say, Value

MOST_LOST = 50
"""Texts of one proposal that one person may leave uncompared."""


def begin(*, call: Call, organisation: Organisation, actor: Actor) -> Application:
    """Open a draft; raises Refused with every reason why this organisation cannot apply here."""
    if reasons := against(call, organisation, actor):
        raise moves.Refused(*reasons)
    application = Application(
        call=call, organisation=organisation, created_by=actor.person, stage=call.data.stages[0].key, step="draft"
    )
    db.session.add(application)
    db.session.flush()
    moves.begin(application, actor=actor, say=Say("Draft begun"))
    return application


def against(call: Call, organisation: Organisation, actor: Actor) -> tuple[Say, ...]:
    """Every reason why this organisation could not apply in this call, before anything is written."""
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
    """Keep one section as it was written, whole or not.

    lines and goals replace what was there; None leaves it. Raises Refused when the proposal can no longer be
    written, Stale when somebody else saved in between.
    """
    locked = db.session.scalars(
        select(Application)
        .where(Application.id == application.id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    ).one()
    if locked.step not in ("draft", "question"):
        raise moves.Refused(Say("The proposal is sent and can no longer be changed."))
    if locked.version != version:
        raise moves.Stale(locked)
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
    """Keep what a save sent in although another's came first, so that both texts can be compared.

    Raises Refused for whoever has left too many such texts uncompared.
    """
    mine = select(func.count()).where(
        ApplicationSave.application_id == application.id,
        ApplicationSave.person_id == person,
        ApplicationSave.settled_at.is_(None),
    )
    if (db.session.scalar(mine) or 0) >= MOST_LOST:
        raise moves.Refused(
            Say("%(count)s of your texts wait to be compared. Choose among those first.", count=MOST_LOST)
        )
    row = ApplicationSave(
        application_id=application.id, person_id=person, section=section, on_version=version, content=dict(content)
    )
    db.session.add(row)
    db.session.flush()
    return row


def settle(save: ApplicationSave) -> None:
    """Somebody has compared the two texts and chosen."""
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


@moves.deed("applications.submit")
def submit(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """Give the number, keep the hash of what was sent, and order the receipt.

    An answer to our question does not move the day on which the proposal was sent.
    """
    if case.step != "question":
        application.submitted_at = case.arrived_at
    application.submitted_sha256 = fingerprints.of_proposal(application)
    application.invited_until = None
    if application.reference is None:
        application.reference = numbers.take(programmes()[application.call.programme].series)
    db.session.flush()
    letters.receipt(application, sent_by=db.session.get_one(Person, actor.person), arrived_at=case.arrived_at)
    return {"reference": application.reference, "at": case.arrived_at}


@moves.deed("applications.reopen")
def reopen(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """The checks begin again when the answer comes: what was checked may change."""
    checks.clear(application)
    return {"until": answer_until(application) or "we go on without it"}


def answer_until(application: Application) -> datetime | None:
    """Until when our question, asked when the step was reached, waits for its answer; None where no time is set."""
    clock = application.call.data.clock
    hours = clock.get("question_hours") or 24 * clock.get("question_days", 0)
    return application.step_at + timedelta(hours=hours) if hours else None


@moves.deed("applications.invite")
def invite(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """The next stage is to be written by a day of its own, and is checked anew."""
    checks.clear(application)
    clock = application.call.data.clock
    hours = clock.get("invited_hours") or 24 * clock.get("invited_days", 30)
    application.invited_until = now() + timedelta(hours=hours)
    db.session.flush()
    return {"until": application.invited_until}


@moves.deed("applications.withdraw")
def withdraw(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Reviewers need not go on."""
    db.session.execute(
        update(Assignment)
        .where(Assignment.application_id == application.id, Assignment.state.in_(("asked", "ready")))
        .values(state="released")
    )
