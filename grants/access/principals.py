"""Principals, and the roles that a principal holds on one object.

A permission is held through a role. With a conflict of interest on an application, or involved in it on the applicant's
side at any time, a person holds no other role than applicant there, and that only as a member of its organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    Select,
    or_,
    select,
)

from grants.access import ties
from grants.access.permissions import ALLOWED, EXTENT, RIGHTS, Extent, Permission
from grants.access.ties import Tie
from grants.db import cached_for_page, db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Attachment,
    Award,
    Batch,
    Call,
    Factor,
    Fund,
    Instalment,
    Invitation,
    JoinRequest,
    Membership,
    Organisation,
    OrganisationDocument,
    Payment,
    Person,
    Verification,
)
from workflows.engine.rights import Right
from workflows.engine.roles import Role


@dataclass(frozen=True, slots=True, eq=False)
class Principal:
    """The signed-in person, or the public, with everything that permissions and visibility depend on.

    Principals are equal when all of that is equal, so a statement built for one can be used for the other. They hold
    plain values and no row, because they outlive the session of the database that loaded them.
    id: of the person; None for the public. organisations: ids of those that the person acts for, with every entry of
    one that was entered twice. calls: for each role
    held by appointment, the ids of the calls that it covers, or None for all calls. programmes: for each role, the
    codes of the programmes that it covers as a whole. conflicts: ids of the applications with a conflict of interest.
    involved: ids of the applications in which the person was ever involved on the applicant's side; applied: of their
    calls. reviewing: ids of the undecided applications that they are invited to review, or review at the moment.
    rights: in each of the organisations.
    """

    id: int | None = None
    organisations: frozenset[int] = frozenset()
    calls: dict[Role, frozenset[int] | None] = field(default_factory=dict)
    programmes: dict[Role, frozenset[str]] = field(default_factory=dict)
    conflicts: frozenset[int] = frozenset()
    involved: frozenset[int] = frozenset()
    applied: frozenset[int] = frozenset()
    reviewing: frozenset[int] = frozenset()
    rights: dict[int, frozenset[Right]] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Principal) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> Hashable:
        scope = (*map(frozenset, (self.calls.items(), self.programmes.items(), self.rights.items())),)
        return self.id, self.organisations, *scope, self.conflicts, self.involved, self.applied, self.reviewing

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that the person holds on any object."""
        held = {Role.APPLICANT} if self.organisations else set()
        return frozenset(held | set(self.calls))

    def may(self, permission: Permission) -> bool:
        """Whether any role of the person has the permission, on whatever object.

        A permission that needs an appointment of some extent is not held by one that covers less. What concerns
        nothing but their own account, everybody may who has one.
        """
        if permission is Permission.OWN_ACCOUNT:
            return self.id is not None
        held = self.roles & ALLOWED[permission]
        if held == {Role.APPLICANT} and not any(self.has_right(permission, id) for id in self.organisations):
            return False
        match EXTENT.get(permission, Extent.CALL):
            case Extent.EVERYTHING:
                return any(self.covers_everything(role) for role in held)
            case Extent.PROGRAMME:
                return any(self.covers_everything(role) or self.programmes.get(role) for role in held)
            case Extent.CALL:
                return bool(held)

    def has_right(self, permission: Permission, organisation_id: int) -> bool:
        """Whether the person acts for the organisation with a right that the permission requires of an applicant."""
        wanted = RIGHTS.get(permission, (Right.VIEW,))
        return not self.rights.get(organisation_id, frozenset()).isdisjoint(wanted)

    def covers(self, role: Role, call_id: int) -> bool:
        """Whether the person is appointed to the role and the appointment covers the call."""
        if role not in self.calls:
            return False
        covered = self.calls[role]
        return covered is None or call_id in covered

    def covers_programme(self, role: Role, code: str) -> bool:
        """Whether the person is appointed to the role for the whole programme or for everything."""
        return self.covers_everything(role) or code in self.programmes.get(role, ())

    def covers_everything(self, role: Role) -> bool:
        """Whether the person is appointed to the role without any limit."""
        return role in self.calls and self.calls[role] is None

    def unlimited(self, permission: Permission) -> bool:
        """Whether a role with the permission covers everything, so that sums over all calls may be shown."""
        return any(self.covers_everything(role) for role in ALLOWED[permission])

    def judges(self, role: Role, call_id: int) -> bool:
        """Whether the person covers the call in this role, and was never on the side of an applicant of it."""
        return self.covers(role, call_id) and call_id not in self.applied

    def limited_to(self, roles: Iterable[Role]) -> Principal:
        """The same person, holding only these of their roles by appointment."""
        kept = frozenset(roles)
        return replace(
            self,
            calls={role: covered for role, covered in self.calls.items() if role in kept},
            programmes={role: codes for role, codes in self.programmes.items() if role in kept},
        )


ANONYMOUS = Principal()


def load_principal(person: Person | None) -> Principal:
    """Load the principal for a person, in one query; the public for None and for an account that has ended."""
    return load_principals([person])[0] if person else ANONYMOUS


def load_principals(people: Iterable[Person]) -> list[Principal]:
    """Load the principals for these people, in the same order, in one query for any number."""
    wanted = list(people)
    ids = [person.id for person in wanted if person.ended_at is None]
    found: dict[int, list[Tie]] = defaultdict(list)
    for owner, *tie in db.session.execute(ties.TIES, {"people": ids}):
        found[owner].append(Tie(*tie))
    return [principal_of(person, found[person.id]) for person in wanted]


Calls = dict[Role, frozenset[int] | None]
Programmes = dict[Role, frozenset[str]]


def principal_of(person: Person, rows: Iterable[Sequence[Any]]) -> Principal:
    """The principal for a person with these rows, each with the fields of Tie; the public if the account has ended."""
    if person.ended_at is not None:
        return ANONYMOUS
    held = [Tie(*row) for row in rows]
    ids: dict[str, set[int]] = defaultdict(set)
    for tie in held:
        if tie.id is not None:
            ids[tie.kind].add(tie.id)
    calls, programmes = scope_of(tie for tie in held if tie.kind == "appointed")
    return Principal(
        id=person.id,
        organisations=frozenset(ids["acts for"]),
        calls=calls,
        programmes=programmes,
        conflicts=frozenset(ids["conflict"]),
        involved=frozenset(ids["involved"]),
        applied=frozenset(tie.call for tie in held if tie.kind == "involved" and tie.call is not None),
        reviewing=frozenset(ids["reviewing"]),
        rights=_rights(tie for tie in held if tie.kind == "acts for"),
    )


def _rights(memberships: Iterable[Tie]) -> dict[int, frozenset[Right]]:
    """The rights in each organisation; a person who acts for two entries of one has those of both memberships."""
    found: dict[int, frozenset[Right]] = {}
    for tie in memberships:
        if tie.id is not None:
            found[tie.id] = found.get(tie.id, frozenset()) | _rights_of(tie)
    return found


def _rights_of(tie: Tie) -> frozenset[Right]:
    return frozenset({Right.VIEW, *map(Right, (tie.role or "").split())})


def scope_of(appointments: Iterable[Tie]) -> tuple[Calls, Programmes]:
    """What the current appointments of one person cover: the calls and the programmes of each role."""
    calls: Calls = {}
    programmes: Programmes = {}
    for tie in appointments:
        role = Role(str(tie.role))
        if tie.programme is not None:
            programmes[role] = programmes.get(role, frozenset()) | {tie.programme}
        if tie.programme is None and tie.id is None:
            calls[role] = None
        elif calls.get(role, frozenset()) is not None:
            calls[role] = (calls.get(role) or frozenset()) | ({tie.call} if tie.call else frozenset())
    return calls, programmes


def roles_on(row: Any, principal: Principal) -> frozenset[Role]:
    """The roles that the principal holds on this object.

    A reviewer holds their role on their own assignments, while they are appointed for the call. With a conflict of
    interest on its application, only the applicant role remains. A person who was ever involved on the applicant's side
    has the applicant role while they are a member and, on their own assignment, the reviewer role, in order to declare
    the conflict; so no one checks, decides, countersigns or pays for what was theirs.
    """
    application = application_of(row)
    if application is None:
        return _roles_beside(row, principal)
    roles: set[Role] = {role for role in principal.calls if principal.covers(role, application.call_id)}
    if not isinstance(row, Assignment) or row.person_id != principal.id:
        roles.discard(Role.REVIEWER)
    member = application.organisation_id in principal.organisations
    if application.id in principal.conflicts:
        roles.clear()
    if member or application.id in principal.involved:
        roles &= {Role.REVIEWER}
    return frozenset(roles | ({Role.APPLICANT} if member else set()))


def _roles_beside(row: Any, principal: Principal) -> frozenset[Role]:
    """The roles on an object that belongs to no application.

    A fund is held in the roles that cover one of its calls, a batch in those that cover the calls of all its payments:
    in none when one of these is for an application with a conflict of interest, or of the person's own side.
    """
    appointed: set[Role] = {role for role in principal.calls if role is not Role.REVIEWER}
    match row:
        case Call():
            covering = {role for role in appointed if principal.covers(role, row.id)}
            return frozenset(covering | (principal.roles & {Role.APPLICANT}))
        case Fund():
            return _limited(principal, appointed, any, lambda: _calls_fed(row))
        case Batch():
            if _pays_apart(row, principal):
                return frozenset()
            return _limited(principal, appointed, all, lambda: _calls_paid(row))
        case Appointment() | Invitation(organisation_id=None):
            return frozenset(role for role in appointed if _covers_appointment(principal, role, row))
        case Factor() if row.person_id == principal.id:
            appointed = set(principal.roles)
        case Organisation(id=owner) | Membership(organisation_id=owner) if owner in principal.organisations:
            appointed.add(Role.APPLICANT)
        case OrganisationDocument() | Attachment() | Verification() | JoinRequest() if (
            row.organisation_id in principal.organisations
        ):
            appointed.add(Role.APPLICANT)
        case Invitation():
            appointed = {Role.APPLICANT} if row.organisation_id in principal.organisations else set()
    return frozenset(appointed)


def _limited(
    principal: Principal,
    roles: set[Role],
    quantifier: Callable[[Iterable[bool]], bool],
    calls: Callable[[], frozenset[int]],
) -> frozenset[Role]:
    """Those of the roles that cover any or all of these calls; the calls are only queried for a limited role."""
    whole = {role for role in roles if principal.covers_everything(role)}
    if whole == roles:
        return frozenset(whole)
    ids = calls()
    return frozenset(whole | {role for role in roles if quantifier(principal.covers(role, id) for id in ids)})


@cached_for_page
def _calls_fed(fund: Fund) -> frozenset[int]:
    """The calls that the fund pays for."""
    return frozenset(db.session.scalars(select(Call.id).where(Call.fund_id == fund.id)))


@cached_for_page
def _calls_paid(batch: Batch) -> frozenset[int]:
    """The calls of what the batch pays."""
    return frozenset(db.session.scalars(_paid(select(Application.call_id).distinct(), batch)))


@cached_for_page
def _pays_apart(batch: Batch, principal: Principal) -> bool:
    """Whether the batch pays for an application in which the principal holds no role of the Foundation.

    Nothing is queried for a person without conflicts of interest who was never on an applicant's side.
    """
    apart, own = principal.conflicts | principal.involved, principal.organisations
    if not (apart or own):
        return False
    kept = or_(Application.id.in_(apart), Application.organisation_id.in_(own))
    return db.session.scalar(_paid(select(Application.id), batch).where(kept).limit(1)) is not None


def _paid(query: Select[int], batch: Batch) -> Select[int]:
    """The query about applications, for those that the batch pays."""
    return (
        query.join(Award, Award.application_id == Application.id)
        .join(Instalment, Instalment.award_id == Award.id)
        .join(Payment, Payment.instalment_id == Instalment.id)
        .where(Payment.batch_id == batch.id)
    )


def _covers_appointment(principal: Principal, role: Role, row: Appointment | Invitation) -> bool:
    return covers_place(principal, role, programme=row.programme, call_id=row.call_id)


def covers_place(principal: Principal, role: Role, *, programme: str | None, call_id: int | None) -> bool:
    """Whether the role covers this programme or call as a whole; with neither, whether it covers everything."""
    if call_id is not None:
        return principal.covers(role, call_id)
    return principal.covers_everything(role) if programme is None else principal.covers_programme(role, programme)


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
