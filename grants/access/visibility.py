"""Visibility: the SQL filter for the rows that a principal may see. Queries may narrow it further.

Members see the applications of their organisation as applicants. In any other role, an application is hidden from its
own members and from people with a conflict of interest on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, FromClause, and_, false, not_, or_, select, true

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.db import Model, Side, Visibility
from grants.models import (
    Application,
    Appointment,
    Assignment,
    Award,
    Batch,
    Call,
    Instalment,
    Organisation,
    Payment,
    Person,
)
from workflows.engine.roles import Role

OFFICE = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
MONEY = (Role.FINANCE,)


def visible(model: type[Model], principal: Principal, sides: Iterable[Side] = tuple(Side)) -> ColumnElement[bool]:
    """The SQL filter for the rows of `model` that are visible to the principal from these sides.

    Raises LookupError for a table whose rows are never shown individually.
    """
    visibility: Visibility = model.visibility
    wanted = frozenset(sides)
    if visibility.public:
        return true()
    if visibility.root:
        return ROOTS[visibility.root](principal, wanted)
    if not visibility.through:
        raise LookupError(f"{model.__tablename__} has no visible rows")
    column = model.__table__.c[visibility.through]
    parent = _model_of(next(iter(column.foreign_keys)).column.table)
    inherited = column.in_(
        select(parent.__table__.c[_key(parent)]).where(visible(parent, principal, wanted & visibility.sides))
    )
    return or_(inherited, _own(model, visibility, principal)) if visibility.own else inherited


def _own(model: type[Model], visibility: Visibility, principal: Principal) -> ColumnElement[bool]:
    columns = model.__table__.c
    own = columns[visibility.own or ""] == principal.id
    if principal.conflicts and "application_id" in columns:
        return and_(own, columns["application_id"].not_in(principal.conflicts))
    return own


def _key(model: type[Model]) -> str:
    return next(iter(model.__table__.primary_key)).name


def _model_of(table: FromClause) -> type[Model]:
    return next(m.class_ for m in Model.registry.mappers if m.local_table is table)


def _applications(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Applications visible from these sides.

    Staff: those with a reference, in the calls of the role. Finance: those with an award. Reviewers: those where they
    have declared no conflict. Each of these without conflicts of interest and without their own organisations.
    Applicants: all of their organisations.
    """
    by_role: list[ColumnElement[bool]] = []
    if Side.OFFICE in sides:
        by_role += [
            and_(Application.reference.is_not(None), _covered(principal, role))
            for role in OFFICE
            if role in principal.calls
        ]
    if Side.FINANCE in sides:
        awarded = Application.id.in_(select(Award.application_id))
        by_role += [and_(awarded, _covered(principal, role)) for role in MONEY if role in principal.calls]
    if Side.REVIEWER in sides and principal.reviews:
        by_role.append(
            Application.id.in_(
                select(Assignment.application_id).where(
                    Assignment.person_id == principal.id, Assignment.state.in_(("ready", "sent"))
                )
            )
        )
    clear = and_(or_(false(), *by_role), *_apart(principal))
    if Side.APPLICANT in sides and principal.organisations:
        return or_(Application.organisation_id.in_(principal.organisations), clear)
    return clear


def _apart(principal: Principal) -> list[ColumnElement[bool]]:
    """Conditions for an application to be visible in a role other than applicant; empty for most people."""
    parts: list[ColumnElement[bool]] = []
    if principal.conflicts:
        parts.append(Application.id.not_in(principal.conflicts))
    if principal.organisations:
        parts.append(Application.organisation_id.not_in(principal.organisations))
    return parts


def _covered(principal: Principal, role: Role) -> ColumnElement[bool]:
    covered = principal.calls[role]
    return true() if covered is None else Application.call_id.in_(covered)


def _calls(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Calls that have been opened are public; staff also see those in preparation that their role covers."""
    parts = [Call.step != "draft"]
    for role in OFFICE:
        if role in principal.calls:
            covered = principal.calls[role]
            parts.append(true() if covered is None else Call.id.in_(covered))
    return or_(*parts)


def _organisations(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    if set(principal.calls) - {Role.REVIEWER}:
        return true()
    return Organisation.id.in_(principal.organisations)


def _persons(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    return true() if Role.ADMINISTRATOR in principal.calls else Person.id == principal.id


def _appointments(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    return true() if Role.ADMINISTRATOR in principal.calls else Appointment.person_id == principal.id


def _funds(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    return true() if principal.may(Permission.READ_FUND) else false()


def _batches(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Hide a whole batch when it pays an application with a conflict of interest or of the person's organisations."""
    if not principal.may(Permission.READ_BATCH):
        return false()
    if not (apart := _apart(principal)):
        return true()
    held = (
        select(Payment.batch_id)
        .join(Instalment)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(not_(and_(*apart)))
    )
    return Batch.id.not_in(held)


ROOTS: dict[str, Callable[[Principal, frozenset[Side]], ColumnElement[bool]]] = {
    "application": _applications, "call": _calls, "organisation": _organisations, "person": _persons,
    "appointment": _appointments, "fund": _funds, "batch": _batches,
}  # fmt: skip
