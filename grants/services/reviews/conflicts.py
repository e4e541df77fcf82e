"""Conflicts of interest: declared by reviewers and staff, and lifted by another person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Assignment, Conflict, Person
from grants.queries import recipients
from grants.queries.applications import involvements
from grants.queries.applications.judgements import counting
from grants.services import locking, outbox
from grants.services.effects import Apply, Context
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor, Role
from workflows.flows.assignment import AT_WORK
from workflows.flows.notifications import CONFLICTED_JUDGE, CONFLICTED_STAFF
from workflows.rules.involvements import objections
from workflows.rules.reviews import CONFLICTS


def declare(assignment: Assignment, context: Context) -> None:
    """Keep the reviewer's conflict of interest, after which the application is no longer visible to them."""
    kinds = [key for key, _ in CONFLICTS if context.answers.get(key)]
    _keep(assignment.application_id, assignment.person_id, kinds)


def declare_as_staff(application: Application, *, kinds: Sequence[str], actor: Actor, apply: Apply) -> None:
    """Keep a conflict of interest of a member of staff, who no longer sees the application; tell the other officers.

    Their own assignments on it end as well. kinds: keys of CONFLICTS. apply: `transitions.apply`.
    """
    person = db.session.get_one(Person, actor.person)
    locking.hold(application, actor=actor, impartial=False)
    judged = bool(counting([person], Application.id == application.id))
    conflict = _keep(application.id, person.id, kinds)
    db.session.flush()
    _record(conflict, actor, "declare", Message("Declared a conflict of interest"))
    reviewer = replace(actor, role=Role.REVIEWER)
    own = select(Assignment).where(
        Assignment.application_id == application.id,
        Assignment.person_id == person.id,
        Assignment.step.in_(AT_WORK),
    )
    for assignment in db.session.scalars(own.order_by(Assignment.id)).all():
        apply(assignment, "conflict", actor=reviewer, answers=dict.fromkeys(kinds, True))
    _tell_officers(application, person, judged=judged)


def lift(conflict: Conflict, *, reason: str, actor: Actor) -> None:
    """Lift a conflict of interest. Raises Refused for the person themselves, and where it has been lifted already.

    Also for a person involved on the side of an applicant of the call.
    """
    if conflict.person_id == actor.person:
        raise Refused(Message("This is your own conflict of interest, so another person must lift it."))
    application = db.session.get_one(Application, conflict.application_id)
    locking.hold(application, actor=actor)
    if reasons := objections(involvements.of(application), actor):
        raise Refused(*reasons)
    if conflict.lifted_at is not None:
        raise Refused(Message("This conflict of interest has already been lifted."))
    conflict.lifted_at, conflict.lifted_by, conflict.lifted_reason = now(), actor.person, reason.strip()
    db.session.flush()
    _record(conflict, actor, "lift", Message("Conflict of interest lifted"), reason=reason)


def _record(conflict: Conflict, actor: Actor, key: str, message: Message, **words: str) -> None:
    """Record an event about a conflict that only staff see."""
    about = history.About("application", conflict.application_id, "conflict", conflict.id)
    named = {"person": db.session.get_one(Person, conflict.person_id).name, **words}
    history.record(about, actor=actor, key=key, message=message, words=named, audience="office")


def _tell_officers(application: Application, person: Person, *, judged: bool) -> None:
    values = {
        "name": person.name,
        "reference": application.reference or "",
        "call": application.call.title,
    }
    outbox.mail(
        outbox.Mail(
            recipients.of(application, Role.OFFICER),
            CONFLICTED_JUDGE if judged else CONFLICTED_STAFF,
            values,
            application=application,
            path=f"/applications/{application.id}",
        )
    )


def _keep(application: int, person: int, kinds: Iterable[str]) -> Conflict:
    """The current conflict of this person on the application, created if there is none."""
    current = select(Conflict).where(
        Conflict.application_id == application, Conflict.person_id == person, Conflict.lifted_at.is_(None)
    )
    conflict = db.session.scalars(current).first()
    if conflict is None:
        conflict = Conflict(application_id=application, person_id=person, kinds=",".join(kinds))
        db.session.add(conflict)
    return conflict
