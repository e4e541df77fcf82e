"""What ties people to organisations, applications and calls: one query, from which their principals are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from grants.models import Application, Appointment, Assignment, Call, Conflict, Involvement, Membership, Person
from grants.models.appointments import IN_FORCE
from grants.models.organisations import COLUMNS, entries
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import OPEN


class Tie(NamedTuple):
    """One row of the query about people, after the person.

    id: of the organisation or the application, or of the only call of an appointment. call: of the application, for an
    involvement; a call that the appointment covers. role, programme: of an appointment; role also: of a member, the
    rights that are given one by one, with a space between.
    """

    kind: str
    id: int | None
    call: int | None
    role: str | None
    programme: str | None


NO_CALL = cast(null(), Integer)
NO_SCOPE = cast(null(), String), cast(null(), String)


def _tie(person: Any, kind: str, id: Any, call: Any = NO_CALL, scope: tuple[Any, Any] = NO_SCOPE) -> Select[Any]:
    """One part of `_ties`. scope: the role and the programme of an appointment."""
    return select(
        person.label("person"),
        literal(kind).label("kind"),
        id.label("id"),
        call.label("call"),
        scope[0].label("role"),
        scope[1].label("programme"),
    )


_RIGHTS = func.concat_ws(
    " ", *(case((getattr(Membership, column), str(right)), else_=None) for right, column in COLUMNS.items())
)


def _ties(is_of: Callable[[Any], ColumnElement[bool]]) -> CompoundSelect[Any]:
    """The rows (person, *Tie) about people. is_of: the condition on a column with the id of the person."""
    current = [
        _tie(
            Membership.person_id,
            "acts for",
            func.unnest(entries(Membership.organisation_id)),
            scope=(cast(_RIGHTS, String), NO_SCOPE[1]),
        ).where(Membership.ended_at.is_(None)),
        _tie(Conflict.person_id, "conflict", Conflict.application_id).where(Conflict.lifted_at.is_(None)),
        _tie(Involvement.person_id, "involved", Involvement.application_id, Application.call_id)
        .distinct()
        .join(Application, Application.id == Involvement.application_id),
        _tie(Assignment.person_id, "reviewing", Assignment.application_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.step.in_(OPEN), Application.step.not_in(DECIDED)),
        _tie(
            Appointment.person_id, "appointed", Appointment.call_id, Call.id, (Appointment.role, Appointment.programme)
        )
        .outerjoin(Call, or_(Call.id == Appointment.call_id, Call.programme == Appointment.programme))
        .where(IN_FORCE),
    ]
    return union_all(*(part.where(is_of(part.selected_columns.person)).correlate(Person) for part in current))


TIES = _ties(lambda column: column.in_(bindparam("people", expanding=True)))
"""The query about people. It is composed once, because every command asks it."""

_OWN = _ties(lambda column: column == Person.id).subquery()
TIES_OF_PERSON = select(
    func.json_agg(func.json_build_array(_OWN.c.kind, _OWN.c.id, _OWN.c.call, _OWN.c.role, _OWN.c.programme))
).scalar_subquery()
"""The ties of the person of the enclosing query, as a column for `principal_of`; null without any."""
