"""Who holds which role: the list for administrators and auditors, and the roles whose end date has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import contains_eager

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, db
from grants.models import Appointment, Call, ClockFailure, Person
from grants.models.appointments import IN_FORCE, TODAY
from grants.queries.failures import ROLE
from grants.queries.persons import holds_words
from grants.queries.search import each, words_of
from workflows.forms.values import WHOLE

MOST = 200
"""Roles that one tick of the clock ends; the next ones wait for the next tick."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is limited to. words: of the name or address. programme: roles that cover anything of it.

    soon: roles that end soon.
    """

    words: str = ""
    role: str = ""
    programme: str = ""
    soon: bool = False

    def as_query(self) -> dict[str, str]:
        """The filters as the query string writes them."""
        soon = "yes" if self.soon else ""
        return {"words": self.words, "role": self.role, "programme": self.programme, "soon": soon}


@dataclass(frozen=True, slots=True)
class Held:
    """A role that is held now, with its person loaded. call: the title of the only call that it covers, or empty."""

    appointment: Appointment
    call: str


def held(principal: Principal, filters: Filters, *, by: date, after: str = "") -> tuple[list[Held], str]:
    """A page of the roles that are held now, by the name of the person, and the key of the next page, or empty.

    by: the last end date that counts as soon. One query, and one for the key.
    """
    wanted = (
        select(Appointment, func.coalesce(Call.title, ""))
        .join(Appointment.person)
        .outerjoin(Call, Call.id == Appointment.call_id)
        .where(IN_FORCE, Person.ended_at.is_(None), visible(Appointment, principal), *_chosen(filters, by))
        .options(contains_eager(Appointment.person))
        .order_by(func.plain(Person.name), Appointment.id)
        .limit(PAGE + 1)
    )
    name, _, id = after.rpartition(":")
    if WHOLE.fullmatch(id):
        wanted = wanted.where(tuple_(func.plain(Person.name), Appointment.id) > tuple_(name, int(id)))
    rows = [Held(appointment, call) for appointment, call in db.session.execute(wanted)]
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1].appointment
    return rows[:PAGE], f"{db.session.scalar(select(func.plain(last.person.name)))}:{last.id}"


def _chosen(filters: Filters, by: date) -> list[ColumnElement[bool]]:
    chosen = [each(sought, holds_words)] if (sought := words_of(filters.words)) else []
    if filters.role:
        chosen.append(Appointment.role == filters.role)
    if filters.programme:
        everywhere = and_(Appointment.programme.is_(None), Appointment.call_id.is_(None))
        chosen.append(or_(Appointment.programme == filters.programme, Call.programme == filters.programme, everywhere))
    if filters.soon:
        chosen.append(Appointment.ends_on <= by)
    return chosen


def over() -> list[int]:
    """The ids of the roles whose end date has come, oldest first, without those that are not to be tried again yet."""
    key = func.concat(literal(ROLE), cast(Appointment.id, String))
    parked = select(ClockFailure.id).where(ClockFailure.task == key, ClockFailure.next_at > GRANTS_NOW).exists()
    due = select(Appointment.id).where(Appointment.ended_at.is_(None), Appointment.ends_on <= TODAY, ~parked)
    return list(db.session.scalars(due.order_by(Appointment.ends_on, Appointment.id).limit(MOST)))


def unended() -> set[str]:
    """The keys of the failures of roles that are still to be ended."""
    failed = select(ClockFailure.task).where(ClockFailure.task.startswith(ROLE, autoescape=True))
    key = func.concat(literal(ROLE), cast(Appointment.id, String))
    return set(db.session.scalars(select(key).where(key.in_(failed), Appointment.ended_at.is_(None))))
