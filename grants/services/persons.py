"""People: accounts, memberships, appointments to roles."""

from __future__ import annotations

from sqlalchemy import delete, select

from grants.db import db, now
from grants.models import Application, Appointment, Assignment, Membership, Organisation, Person, SignIn
from grants.queries.applications import involvements as involved
from grants.queries.persons import covers_call
from grants.services import locking, transitions
from grants.services.applications import involvements
from grants.services.authority import Place
from grants.services.effects import Apply
from grants.services.integrity import history
from grants.services.refusals import Refused
from grants.services.reviews import assignments
from workflows.engine.message import Message
from workflows.engine.roles import ROLES, Actor, Role

APPLIED = Message("You have acted for an applicant to a call that this role covers, so another person must do this.")
REVIEWS = Message(
    "You are invited to review an application in a call that this role covers, or have opened it as a reviewer, so "
    "another administrator must do this."
)
"""Why an administrator neither gives nor ends a role, because its people judge: of an applicant, of a reviewer."""


def add(
    *, email: str, name: str, password_hash: str | None, language: str = "en", timezone: str = "UTC", actor: Actor
) -> Person:
    """Create an account and its history event.

    The transaction raises ConstraintViolated when the email address is taken.
    """
    person = Person(
        email=email.strip().lower(),
        name=name.strip(),
        password_hash=password_hash,
        language=language,
        timezone=timezone,
    )
    db.session.add(person)
    db.session.flush()
    history.record(
        history.About("person", person.id, "person", person.id),
        actor=actor,
        key="add",
        message=Message("Account created"),
    )
    return person


def join(person: Person, organisation: Organisation, *, title: str = "", actor: Actor) -> Membership:
    """Make the person a member who acts for the organisation, and record it in history.

    The person is involved for good in every application of the organisation: they no longer review those that are not
    decided, nor others of the same calls, and the officers are told. The transaction raises ConstraintViolated when the
    person already is a member.
    """
    locking.hold(person, actor=actor, applied=[organisation], reviewing=True)
    membership = Membership(person=person, organisation=organisation, title=title)
    db.session.add(membership)
    db.session.flush()
    _record(membership, actor, "join", Message("Acts for %(organisation)s", organisation=organisation.name))
    found = select(Application).where(Application.organisation_id == organisation.id).order_by(Application.id)
    theirs = db.session.scalars(found).all()
    involvements.note_joining(theirs, person, actor=actor)
    calls = Application.call_id.in_({application.call_id for application in theirs})
    assignments.release_involved(Assignment.person_id == person.id, calls, apply=transitions.apply)
    return membership


def appoint(
    person: Person, role: Role, *, programme: str | None = None, call_id: int | None = None, actor: Actor
) -> Appointment:
    """Appoint the person to the role, everywhere or in one programme or call; record it in history.

    Ends all sessions of the person, because what they may see changes. Raises Refused as in `_expect`. The transaction
    raises ConstraintViolated when the person already holds this role.
    """
    locking.hold(person, actor=actor, place=Place(programme, call_id))
    _expect(person, actor, programme=programme, call_id=call_id)
    appointment = Appointment(person=person, role=str(role), programme=programme, call_id=call_id)
    db.session.add(appointment)
    db.session.flush()
    sign_out_everywhere(person)
    _record(appointment, actor, "appoint", Message("Appointed as %(role)s", role=ROLES[role]))
    return appointment


def dismiss(appointment: Appointment, *, actor: Actor, apply: Apply) -> None:
    """End the appointment now, with what it gave, and record it in history; nothing if it has ended.

    Ends all sessions of the person. A reviewer's open assignments are closed where no other appointment covers them.
    apply: `transitions.apply`. Raises Refused as in `_expect`.
    """
    place = Place(appointment.programme, appointment.call_id)
    locking.hold(appointment.person, actor=actor, place=place, invited=True)
    if appointment.ended_at is not None:
        return
    _expect(appointment.person, actor, programme=appointment.programme, call_id=appointment.call_id)
    appointment.ended_at = now()
    db.session.flush()
    sign_out_everywhere(appointment.person)
    _record(appointment, actor, "dismiss", Message("Appointment as %(role)s ended", role=ROLES[Role(appointment.role)]))
    assignments.release(appointment.person, apply=apply)


def _expect(person: Person, actor: Actor, *, programme: str | None, call_id: int | None) -> None:
    """Raise Refused for the person themselves, and for an applicant or a reviewer of a call that the role covers."""
    if actor.person is None:
        return
    if actor.person == person.id:
        raise Refused(Message("You cannot change your own roles. Ask another administrator."))
    for calls, reason in ((involved.competing, APPLIED), (involved.reviewing, REVIEWS)):
        if any(covers_call(call, programme=programme, call_id=call_id) for call in calls(actor.person)):
            raise Refused(reason)


def sign_out_everywhere(person: Person) -> None:
    """Delete every session of the person."""
    db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def _record(row: Appointment | Membership, actor: Actor, key: str, message: Message) -> None:
    about = history.About("person", row.person_id, row.__tablename__, row.id)
    history.record(about, actor=actor, key=key, message=message)
