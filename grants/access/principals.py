"""Principals, and the roles that a principal holds on one object.

A permission is held through a role. With a conflict of interest on an application, or as a member of its organisation,
a person holds no other role than applicant there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import literal, or_, select, union_all

from grants.access.permissions import ALLOWED, Permission
from grants.db import db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Call,
    Conflict,
    Instalment,
    Membership,
    Organisation,
    Person,
)
from workflows.engine.roles import Actor, Role


@dataclass(frozen=True, slots=True, eq=False)
class Principal:
    """The signed-in person, or the public, with everything that permissions and visibility depend on.

    Principals are equal when all of that is equal, so a statement built for one can be used for the other.
    organisations: ids of those that the person acts for. calls: for each role held by appointment, the ids of the
    calls that it covers, or None for all calls. conflicts: ids of the applications with a conflict of interest.
    reviews: whether the person is an appointed reviewer or has had an assignment.
    """

    person: Person | None = None
    organisations: frozenset[int] = frozenset()
    calls: dict[Role, frozenset[int] | None] = field(default_factory=dict)
    conflicts: frozenset[int] = frozenset()
    reviews: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Principal) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> Hashable:
        return self.id, self.organisations, frozenset(self.calls.items()), self.conflicts, self.reviews

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


ANONYMOUS = Principal()


def load_principal(person: Person | None) -> Principal:
    """Load the principal for a person, in two queries; the public for None and for an account that has ended."""
    if person is None or person.ended_at is not None:
        return ANONYMOUS
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
