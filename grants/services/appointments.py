"""Roles with an end date: reminders before it, and the end itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Date, Integer, and_, case, cast, func, or_, select, type_coerce, update

from grants.db import db, today
from grants.models import Appointment, Person
from grants.models.appointments import IN_FORCE, TODAY
from grants.queries import recipients
from grants.queries.persons import titles
from grants.services import outbox, persons
from grants.services.effects import Apply
from grants.services.integrity import changes
from workflows.engine.message import Message, Value
from workflows.engine.roles import CLOCK, ROLES, Role
from workflows.mails import accounts
from workflows.programmes import programmes

FIRST, LAST = 30, 7
"""How many days before the end of a role its holder and the administrators get a mail."""
MOST = 200
"""Reminders of one tick; the next ones wait for the next tick."""
UNHELD = {"synchronize_session": False, **changes.NOTED}
"""Of the statement that stores which reminder was mailed, which history does not hold."""
_LEFT = type_coerce(Appointment.ends_on - TODAY, Integer)
REACHED = case((_LEFT <= LAST, LAST), (_LEFT <= FIRST, FIRST))
"""Which reminder of a role is due; null for none."""


def end_over(id: int, *, apply: Apply) -> None:
    """End a role whose end date has come, as the clock, with what it gave; nothing if it has ended.

    apply: `transitions.apply`.
    """
    persons.dismiss(db.session.get_one(Appointment, id), actor=CLOCK, apply=apply)


def remind() -> None:
    """Mail the holder and the administrators of everything before a role ends: once at each of FIRST and LAST.

    A role that was given later than a reminder would have been due gets none for it. Of two calls at the same time, one
    marks each role.
    """
    due = select(Appointment.id).join(Person, Person.id == Appointment.person_id)
    due = due.where(_unmarked(), Person.ended_at.is_(None)).order_by(Appointment.ends_on, Appointment.id).limit(MOST)
    marking = update(Appointment).where(Appointment.id.in_(due), _unmarked()).values(reminded_days=REACHED)
    ids = db.session.scalars(marking.returning(Appointment.id), execution_options=UNHELD).all()
    if not ids:
        return
    rows = db.session.scalars(select(Appointment).where(Appointment.id.in_(ids)).order_by(Appointment.id)).all()
    named, administrators = (
        dict(titles(row.call_id for row in rows if row.call_id)),
        recipients.everywhere(Role.ADMINISTRATOR),
    )
    for row in rows:
        _mail(row, scope_of(row.programme, named.get(row.call_id or 0, "")), administrators)


def scope_of(programme: str | None, call: str) -> Message:
    """What a role is limited to: the call with this title, the programme with this code, or nothing."""
    if call:
        return Message("Call: %(title)s", title=call)
    if not programme:
        return Message("All programmes")
    known = programmes().get(programme)
    return Message("Programme: %(title)s", title=Message(known.title) if known else programme)


def _unmarked() -> ColumnElement[bool]:
    """Roles with a reminder that is due, was not mailed, and would have been due later than they were given."""
    given_on = cast(func.timezone("UTC", Appointment.created_at), Date)
    again = or_(Appointment.reminded_days.is_(None), Appointment.reminded_days > REACHED)
    return and_(IN_FORCE, REACHED.is_not(None), again, given_on < Appointment.ends_on - REACHED)


def _mail(row: Appointment, scope: Message, administrators: Sequence[Person]) -> None:
    values: dict[str, Value] = {
        "role": ROLES[row.role],
        "scope": scope,
        "name": row.person.name,
        "day": row.ends_on or today(),
    }
    outbox.mail_account(row.person, accounts.ROLE_ENDS, values)
    others = [one for one in administrators if one.id != row.person_id]
    outbox.mail(outbox.Mail(others, accounts.ROLE_OF_PERSON_ENDS, values, None, f"/people/{row.person_id}"))
