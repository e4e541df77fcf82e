"""Visibility: the SQL filter for the rows that a principal may see. Queries may narrow it further.

Members see the applications of their organisation as applicants. In any other role, an application is hidden from
everyone who was ever involved on its applicant's side, and from people with a conflict of interest on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, FromClause, and_, false, not_, or_, select, true
from sqlalchemy.sql.elements import AsBoolean, False_

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import Principal
from grants.db import Model, Side, Visibility
from grants.models import (
    Application,
    Appointment,
    Assignment,
    Attachment,
    Award,
    Batch,
    Call,
    Correspondence,
    Factor,
    Fund,
    Instalment,
    Invitation,
    Organisation,
    OrganisationDocument,
    Payment,
    Person,
    ProviderAccount,
    Submission,
)
from workflows.engine.roles import Role
from workflows.engine.steps import DECIDED
from workflows.flows.assignment import AT_WORK, OPEN

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
    shown = visible(parent, principal, wanted & visibility.sides)
    if is_false(shown):  # else the planner would read every row of the table
        inherited: ColumnElement[bool] = false()
    else:
        inherited = column.in_(select(parent.__table__.c[_key(parent)]).where(shown))
    return or_(inherited, _own(model, visibility, principal)) if visibility.own else inherited


def is_false(condition: ColumnElement[bool]) -> bool:
    """Whether the condition is the constant that no row meets; conjunctions of one part wrap it."""
    return isinstance(condition.element if isinstance(condition, AsBoolean) else condition, False_)


def _own(model: type[Model], visibility: Visibility, principal: Principal) -> ColumnElement[bool]:
    columns = model.__table__.c
    parts = [columns[visibility.own or ""] == principal.id]
    if principal.conflicts and "application_id" in columns:
        parts.append(columns["application_id"].not_in(principal.conflicts))
    if principal.applied and model is Assignment:
        parts.append(_to_answer(principal))
    if visibility.role and not principal.covers_everything(visibility.role):
        covered = select(Application.id).where(_covered(principal, visibility.role))
        parts.append(columns["application_id"].in_(covered))
    return and_(*parts)


def _to_answer(principal: Principal) -> ColumnElement[bool]:
    """Assignments on no rival, and those on a rival on which a conflict of interest is still to be declared.

    What has ended, or was submitted and is decided on, leaves nothing to declare, and shows nothing of the rival.
    """
    judged = select(Application.id).where(impartial(principal))
    undecided = select(Application.id).where(Application.step.not_in(DECIDED))
    return or_(
        Assignment.application_id.in_(judged),
        Assignment.step.in_(OPEN),
        and_(Assignment.step == "sent", Assignment.application_id.in_(undecided)),
    )


def _key(model: type[Model]) -> str:
    return next(iter(model.__table__.primary_key)).name


def _model_of(table: FromClause) -> type[Model]:
    return next(m.class_ for m in Model.registry.mappers if m.local_table is table)


def _applications(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Applications visible from these sides.

    Staff: those with a reference, in the calls of the role. Finance: those with an award. Reviewers: those in the calls
    of their role where they have declared no conflict, and have not applied. Each of these without conflicts of
    interest and without what they were ever involved in. Applicants: all of their organisations.
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
    if Side.REVIEWER in sides and Role.REVIEWER in principal.calls:
        reading = select(Assignment.application_id).where(
            Assignment.person_id == principal.id, Assignment.step.in_(("ready", "sent"))
        )
        by_role.append(and_(Application.id.in_(reading), _covered(principal, Role.REVIEWER), impartial(principal)))
    clear = and_(or_(false(), *by_role), *_apart(principal))
    if Side.APPLICANT in sides and principal.organisations:
        return or_(Application.organisation_id.in_(principal.organisations), clear)
    return clear


def _submissions(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """The submissions of visible applications; of a reviewer, those that their assignments are about."""
    applications = select(Application.id).where(_applications(principal, sides - {Side.REVIEWER}))
    found = Submission.application_id.in_(applications)
    if Side.REVIEWER not in sides or Role.REVIEWER not in principal.calls:
        return found
    reviewed = select(Assignment.submission_id).where(
        Assignment.person_id == principal.id, Assignment.step.in_(("ready", "sent"))
    )
    clear = select(Application.id).where(_applications(principal, frozenset({Side.REVIEWER})))
    return or_(found, and_(Submission.id.in_(reviewed), Submission.application_id.in_(clear)))


def _messages(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """The messages of visible applications; of an applicant, without those that are held back.

    Reviewers and finance see none.
    """

    def through(side: Side) -> ColumnElement[bool]:
        shown = _applications(principal, sides & {side})
        return Correspondence.application_id.in_(select(Application.id).where(shown))

    return or_(through(Side.OFFICE), and_(Correspondence.held_from == "", through(Side.APPLICANT)))


def _apart(principal: Principal) -> list[ColumnElement[bool]]:
    """Conditions for an application to be visible in a role other than applicant; empty for most people."""
    parts: list[ColumnElement[bool]] = []
    if apart := principal.conflicts | principal.involved:
        parts.append(Application.id.not_in(apart))
    if principal.organisations:
        parts.append(Application.organisation_id.not_in(principal.organisations))
    return parts


def hidden(principal: Principal) -> ColumnElement[bool]:
    """Applications hidden from the principal by a conflict of interest or by what they once did for the applicant.

    Those that an organisation of theirs has made are not hidden: they see these as applicants.
    """
    apart = [Application.id.in_(principal.conflicts | principal.involved)]
    if principal.organisations:
        apart.append(Application.organisation_id.not_in(principal.organisations))
    return and_(*apart)


def impartial(principal: Principal) -> ColumnElement[bool]:
    """Applications in calls where the person has not applied: only these are theirs to judge."""
    return Application.call_id.not_in(principal.applied) if principal.applied else true()


def impartial_batches(principal: Principal) -> ColumnElement[bool]:
    """Batches without a payment in a call where the person has applied."""
    return _only_payments(impartial(principal)) if principal.applied else true()


def _covered(principal: Principal, role: Role) -> ColumnElement[bool]:
    covered = principal.calls.get(role, frozenset())
    return true() if covered is None else Application.call_id.in_(covered)


def _calls(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Calls that have been opened are public; the Foundation's roles also see those in preparation that they cover.

    From the sides of the Foundation, only the calls that a role covers are visible.
    """
    parts = [Call.step != "draft"] if Side.APPLICANT in sides else []
    for role in _staff(principal, sides):
        covered = principal.calls[role]
        parts.append(true() if covered is None else Call.id.in_(covered))
    return or_(false(), *parts)


def _staff(principal: Principal, sides: frozenset[Side]) -> list[Role]:
    """The principal's roles at the Foundation on these sides."""
    wanted = (OFFICE if Side.OFFICE in sides else ()) + (MONEY if Side.FINANCE in sides else ())
    return [role for role in wanted if role in principal.calls]


def _organisations(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    if set(principal.calls) - {Role.REVIEWER}:
        return true()
    return Organisation.id.in_(principal.organisations)


def _organisation_documents(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """The documents of visible organisations, except for administrators, who have no use for them."""
    if _staff(principal, sides):
        return true()
    own = principal.organisations if Side.APPLICANT in sides else frozenset()
    return OrganisationDocument.organisation_id.in_(own) if own else false()


def _attachments(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Files are visible like what they are attached to."""
    shown = _organisation_documents(principal, sides)
    if is_false(shown):
        return false()
    return Attachment.id.in_(select(OrganisationDocument.attachment_id).where(shown))


def _persons(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    return true() if Role.ADMINISTRATOR in principal.calls else Person.id == principal.id


def _appointments(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """A person's own appointments; administrators and auditors also see those that lie within theirs."""
    parts = [Appointment.person_id == principal.id]
    for role in sorted(ALLOWED[Permission.READ_ROLES] & set(principal.calls)):
        if principal.covers_everything(role):
            return true()
        parts.append(Appointment.programme.in_(principal.programmes.get(role, ())))
        parts.append(Appointment.call_id.in_(principal.calls[role] or ()))
    return or_(*parts)


def _invitations(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Those of one's organisations; for administrators also those to roles that lie within theirs."""
    role, parts = Role.ADMINISTRATOR, [Invitation.organisation_id.in_(principal.organisations)]
    if principal.covers_everything(role):
        parts.append(Invitation.role.is_not(None))
    elif role in principal.calls:
        parts.append(Invitation.programme.in_(principal.programmes.get(role, ())))
        parts.append(Invitation.call_id.in_(principal.calls[role] or ()))
    return or_(*parts)


def _funds(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """A limited role sees the funds that feed a call that it covers."""
    roles = _staff(principal, sides)
    if any(principal.covers_everything(role) for role in roles):
        return true()
    fed = select(Call.fund_id).where(_calls(principal, sides - {Side.APPLICANT}))
    return Fund.id.in_(fed) if roles else false()


def _batches(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """Hide a whole batch unless every payment in it is covered by one and the same role.

    No role covers the payments for what the person was involved in, and those with a conflict of interest.
    """
    roles = [role for role in _staff(principal, sides) if role in ALLOWED[Permission.READ_BATCH]]
    return or_(false(), *(_covers_payments(principal, role) for role in roles))


def _covers_payments(principal: Principal, role: Role) -> ColumnElement[bool]:
    needed = _apart(principal)
    if not principal.covers_everything(role):
        needed.append(_covered(principal, role))
    return _only_payments(*needed) if needed else true()


def _only_payments(*needed: ColumnElement[bool]) -> ColumnElement[bool]:
    """Batches of which every payment belongs to an application that meets these conditions."""
    other = (
        select(Payment.id)
        .join(Instalment)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Payment.batch_id == Batch.id, not_(and_(*needed)))
    )
    return ~other.correlate(Batch).exists()


def reached(principal: Principal, role: Role) -> ColumnElement[bool]:
    """The applications about which the principal may be written to in this role: those that they see in it.

    Nobody is written to in a role of the Foundation about a call in which they have applied. A reviewer is written to
    before they see anything, in order to declare whether they have a conflict of interest, and, unless they have
    applied meanwhile, when the invitation is withdrawn or the review ends.
    """
    alone = principal.limited_to({role})
    if role is Role.APPLICANT:
        return visible(Application, alone, (Side.APPLICANT,))
    if role is not Role.REVIEWER:
        return and_(visible(Application, alone, (SIDES[role],)), impartial(alone)) if role in SIDES else false()
    invited = select(Assignment.application_id).where(
        Assignment.person_id == principal.id, Assignment.step.in_((*AT_WORK, "withdrawn", "released"))
    )
    if alone.applied:
        invited = invited.where(_to_answer(alone))
    return and_(Application.id.in_(invited), _covered(alone, role), *_apart(principal))


SIDES = dict.fromkeys(OFFICE, Side.OFFICE) | dict.fromkeys(MONEY, Side.FINANCE)
"""The side from which each role of the Foundation sees applications; reviewers have rows of their own."""


def _factors(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """A person's own second factors that have not ended; nobody else sees them, also no administrator."""
    return and_(Factor.person_id == principal.id, Factor.ended_at.is_(None)) if principal.id else false()


def _provider_accounts(principal: Principal, sides: frozenset[Side]) -> ColumnElement[bool]:
    """A person's own accounts at identity providers that are still linked; nobody else sees them."""
    own = and_(ProviderAccount.person_id == principal.id, ProviderAccount.ended_at.is_(None))
    return own if principal.id else false()


ROOTS: dict[str, Callable[[Principal, frozenset[Side]], ColumnElement[bool]]] = {
    "application": _applications, "call": _calls, "organisation": _organisations, "person": _persons,
    "appointment": _appointments, "submission": _submissions, "fund": _funds, "batch": _batches, "factor": _factors,
    "organisation_document": _organisation_documents, "attachment": _attachments, "invitation": _invitations,
    "message": _messages, "provider_account": _provider_accounts,
}  # fmt: skip
