"""Roles, permissions and visibility.

Visibility is an SQL filter built from the roles that a person holds; queries may narrow it further. A permission is
held through a role; `roles_on` gives the roles on one object, to check the permission there. Members see the
applications of their organisation as applicants. In any other role, an application is hidden from its own members and
from people with a conflict of interest on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, literal, not_, or_, select, true, union_all

from grants.db import Model, Side, Visibility, db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Award,
    Batch,
    Call,
    Conflict,
    Instalment,
    Membership,
    Organisation,
    Payment,
    Person,
)
from workflows.engine.roles import Actor, Role

OFFICE = (Role.OFFICER, Role.APPROVER, Role.AUDITOR)
MONEY = (Role.FINANCE,)


class Permission(StrEnum):
    """The permissions that a route can require."""

    SEE_INBOX = "see_inbox"
    START_APPLICATION = "start_application"
    WRITE_APPLICATION = "write_application"
    READ_APPLICATION = "read_application"
    CHECK = "check"
    ASSIGN = "assign"
    READ_REVIEWS = "read_reviews"
    ANSWER_ASSIGNMENT = "answer_assignment"
    REVIEW = "review"
    READ_AWARD = "read_award"
    DIVIDE_AWARD = "divide_award"
    READ_REPORT = "read_report"
    WRITE_REPORT = "write_report"
    READ_BATCH = "read_batch"
    PREPARE_BATCH = "prepare_batch"
    READ_FUND = "read_fund"
    SET_FUND = "set_fund"
    READ_CALL = "read_call"
    SET_CALL = "set_call"
    READ_DOCUMENT = "read_document"
    READ_ORGANISATION = "read_organisation"
    SET_PEOPLE = "set_people"
    SEE_FAILURES = "see_failures"
    RETRY_FAILURE = "retry_failure"


APPLICANT, REVIEWER, OFFICER, APPROVER = Role.APPLICANT, Role.REVIEWER, Role.OFFICER, Role.APPROVER
FINANCE, AUDITOR, ADMINISTRATOR = Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.SEE_INBOX: frozenset({APPLICANT, REVIEWER, OFFICER, APPROVER, FINANCE, AUDITOR, ADMINISTRATOR}),
    Permission.START_APPLICATION: frozenset({APPLICANT}),
    Permission.WRITE_APPLICATION: frozenset({APPLICANT}),
    Permission.READ_APPLICATION: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.CHECK: frozenset({OFFICER}),
    Permission.ASSIGN: frozenset({OFFICER}),
    Permission.READ_REVIEWS: frozenset({OFFICER, APPROVER, AUDITOR}),
    Permission.ANSWER_ASSIGNMENT: frozenset({REVIEWER}),
    Permission.REVIEW: frozenset({REVIEWER}),
    Permission.READ_AWARD: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.DIVIDE_AWARD: frozenset({APPLICANT}),
    Permission.READ_REPORT: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.WRITE_REPORT: frozenset({APPLICANT}),
    Permission.READ_BATCH: frozenset({FINANCE, AUDITOR}),
    Permission.PREPARE_BATCH: frozenset({FINANCE}),
    Permission.READ_FUND: frozenset({OFFICER, APPROVER, FINANCE, AUDITOR}),
    Permission.SET_FUND: frozenset({FINANCE}),
    Permission.READ_CALL: frozenset({OFFICER, APPROVER, AUDITOR}),
    Permission.SET_CALL: frozenset({OFFICER}),
    Permission.READ_DOCUMENT: frozenset({APPLICANT, OFFICER, APPROVER, AUDITOR}),
    Permission.READ_ORGANISATION: frozenset({APPLICANT, OFFICER, APPROVER, FINANCE, AUDITOR, ADMINISTRATOR}),
    Permission.SET_PEOPLE: frozenset({ADMINISTRATOR}),
    Permission.SEE_FAILURES: frozenset({OFFICER, AUDITOR, ADMINISTRATOR}),
    Permission.RETRY_FAILURE: frozenset({OFFICER, ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """The signed-in person, or the public, with everything that permissions and visibility depend on.

    organisations: ids of those that the person acts for. calls: for each role held by appointment, the ids of the
    calls that it covers, or None for all calls. conflicts: ids of the applications with a conflict of interest.
    reviews: whether the person is an appointed reviewer or has had an assignment.
    """

    person: Person | None = None
    organisations: frozenset[int] = frozenset()
    calls: dict[Role, frozenset[int] | None] = field(default_factory=dict)
    conflicts: frozenset[int] = frozenset()
    reviews: bool = False

    @property
    def id(self) -> int | None:
        """The person's id; None for the public."""
        return self.person.id if self.person else None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that the person holds on any object."""
        held = {Role.APPLICANT} if self.organisations else set()
        if self.reviews:
            held.add(Role.REVIEWER)
        return frozenset(held | set(self.calls))

    def may(self, permission: Permission) -> bool:
        """Whether any role of the person has the permission, on whatever object."""
        return bool(self.roles & ALLOWED[permission])

    def covers(self, role: Role, call_id: int) -> bool:
        """Whether the person is appointed to the role and the appointment covers the call."""
        if role not in self.calls:
            return False
        covered = self.calls[role]
        return covered is None or call_id in covered


NOBODY = Principal()


def load_principal(person: Person | None) -> Principal:
    """Load the principal for a person, in two queries; the public for None and for an account that has ended."""
    if person is None or person.ended_at is not None:
        return NOBODY
    rows = db.session.execute(
        union_all(
            select(literal("acts for"), Membership.organisation_id).where(
                Membership.person_id == person.id, Membership.ended_at.is_(None)
            ),
            select(literal("conflict"), Conflict.application_id).where(
                Conflict.person_id == person.id, Conflict.lifted_at.is_(None)
            ),
            select(literal("asked"), Assignment.application_id).where(Assignment.person_id == person.id),
        )
    ).all()
    calls = _appointed_calls(person.id)
    return Principal(
        person=person,
        organisations=frozenset(id for tie, id in rows if tie == "acts for"),
        calls=calls,
        conflicts=frozenset(id for tie, id in rows if tie == "conflict"),
        reviews=any(tie == "asked" for tie, _ in rows) or Role.REVIEWER in calls,
    )


def _appointed_calls(person_id: int) -> dict[Role, frozenset[int] | None]:
    held = db.session.execute(
        select(Appointment.role, Appointment.programme, Appointment.call_id, Call.id)
        .outerjoin(Call, or_(Call.id == Appointment.call_id, Call.programme == Appointment.programme))
        .where(Appointment.person_id == person_id, Appointment.ended_at.is_(None))
    ).all()
    found: dict[Role, frozenset[int] | None] = {}
    for name, programme, call_id, reached in held:
        role = Role(name)
        if programme is None and call_id is None:
            found[role] = None
        elif found.get(role, frozenset()) is not None:
            found[role] = (found.get(role) or frozenset()) | ({reached} if reached else frozenset())
    return found


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
            and_(Application.reference.is_not(None), _within(principal, role))
            for role in OFFICE
            if role in principal.calls
        ]
    if Side.FINANCE in sides:
        awarded = Application.id.in_(select(Award.application_id))
        by_role += [and_(awarded, _within(principal, role)) for role in MONEY if role in principal.calls]
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


def _within(principal: Principal, role: Role) -> ColumnElement[bool]:
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


def roles_on(row: Any, principal: Principal) -> frozenset[Role]:
    """The roles that the principal holds on this object.

    With a conflict of interest on its application, only the applicant role remains. A member of the applicant has the
    applicant role and, on their own assignment, the reviewer role, in order to declare the conflict; so no one checks,
    decides, countersigns or pays for their own organisation.
    """
    application = application_of(row)
    if application is None:
        return _roles_beside(row, principal)
    roles: set[Role] = {
        role for role in principal.calls if role is not Role.REVIEWER and principal.covers(role, application.call_id)
    }
    if isinstance(row, Assignment) and row.person_id == principal.id:
        roles.add(Role.REVIEWER)
    if application.id in principal.conflicts:
        roles.clear()
    if application.organisation_id in principal.organisations:
        roles = {Role.APPLICANT, *(roles & {Role.REVIEWER})}
    return frozenset(roles)


def _roles_beside(row: Any, principal: Principal) -> frozenset[Role]:
    """The roles on an object that belongs to no application."""
    appointed: set[Role] = {role for role in principal.calls if role is not Role.REVIEWER}
    if isinstance(row, Call):
        appointed = {role for role in appointed if principal.covers(role, row.id)} | (
            principal.roles & {Role.APPLICANT}
        )
    if isinstance(row, Organisation) and row.id in principal.organisations:
        appointed.add(Role.APPLICANT)
    return frozenset(appointed)


def application_of(row: Any) -> Application | None:
    """The application that the object belongs to; None where there is none."""
    if isinstance(row, Application):
        return row
    if isinstance(row, Agreement | Instalment) or hasattr(row, "award"):
        return row.award.application
    if hasattr(row, "application"):
        return row.application
    if getattr(row, "application_id", None):
        return db.session.get(Application, row.application_id)
    return None


def actor_on(row: Any, principal: Principal, roles: Iterable[Role]) -> Actor | None:
    """The principal as an actor on this object, in the first of `roles` that they hold there; None without one."""
    held = roles_on(row, principal)
    role = next((role for role in roles if role in held), None)
    if role is None or principal.id is None:
        return None
    application = application_of(row)
    behalf = application.organisation_id if application and role is Role.APPLICANT else None
    return Actor(person=principal.id, role=role, on_behalf_of=behalf)
