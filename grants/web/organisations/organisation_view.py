"""The page of an organisation: its people with their rights, open invitations, grants and proposals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from grants.access.permissions import Permission
from grants.db import now
from grants.models import Invitation, Membership, Organisation
from grants.queries import memberships, organisations, profiles
from grants.queries.applications import proposals, statuses
from grants.queries.organisations import Holding
from grants.web.applications import applicant_view
from grants.web.duplicates import merge_view
from grants.web.duplicates.merge_view import Entries
from grants.web.organisation_documents import document_view
from grants.web.organisation_documents.document_view import DocumentList
from grants.web.organisations import verification_view
from grants.web.organisations.verification_view import VerificationView
from grants.web.profiles import profile_view
from grants.web.profiles.profile_view import Version
from grants.web.site.authorization import principal
from grants.web.site.components import Fact
from grants.web.site.formats import translate
from grants.web.tasks.applicant import held_facts, held_in_scope, known_facts
from workflows.engine.rights import RIGHTS, Right

COLUMNS = (Right.VIEW, Right.EDIT, Right.SUBMIT, Right.SIGN)
"""The rights that have a column; a contact is named under the name."""
REQUIRED = 2
"""The contacts that an organisation names."""


@dataclass(frozen=True, slots=True)
class Row:
    """A member or an invited person. id: of the membership or the invitation.

    rights: whether they have each right of COLUMNS. since: the day of joining or of the invitation. ends: the last day
    of an invitation; None for a member. over: it has ended. own: the reader.
    """

    id: int
    name: str
    under: str
    contact: bool
    rights: Sequence[bool]
    since: date
    ends: date | None = None
    over: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """The people of an organisation, as a member or the Foundation sees them.

    titles: of the columns of rights. confirmed: how many contacts are confirmed, of how many required. invited: the
    invitation of the next contact, if one is open. sets, invites: whether the reader may change rights, may invite.
    own: the reader's membership. last: the reader is the last contact, and so cannot leave.
    """

    rows: Sequence[Row]
    titles: Sequence[str]
    confirmed: int
    required: int
    invited: Row | None
    sets: bool
    invites: bool
    own: Membership | None
    last: bool


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """One organisation. facts: grants held and, for who may see all of them, the remaining limit.

    member: the reader acts for the organisation. proposals: its proposals with their progress, for members.
    unconfirmed: leaving was sent without its tick. details: the present version of its legal details; None without any.
    verification: None if the Foundation entered the organisation. documents: None for readers who may read none.
    entries: how it is merged. corrects: the reader may correct and merge the entry.
    """

    organisation: Organisation
    facts: Sequence[tuple[str, str]]
    people: People
    proposals: Sequence[object]
    member: bool
    unconfirmed: bool
    details: Version | None
    documents: DocumentList | None
    verification: VerificationView | None
    entries: Entries
    corrects: bool


def show(organisation: Organisation, *, unconfirmed: bool = False) -> OrganisationPage:
    """The page of this organisation for the reader."""
    id = organisation.id
    mine, details = proposals.own(principal(), organisation=id), profiles.present(organisation)
    return OrganisationPage(
        organisation=organisation,
        facts=_facts(organisations.holdings([id], principal())[0]),
        people=_people(organisation),
        proposals=applicant_view.lines(mine, statuses.of(mine)),
        member=id in principal().organisations,
        unconfirmed=unconfirmed,
        details=profile_view.shown(details, organisation) if details else None,
        documents=document_view.listing(organisation),
        verification=verification_view.of(organisation),
        entries=merge_view.entries(organisation),
        corrects=principal().may(Permission.SET_ORGANISATIONS),
    )


def people_of(id: int) -> str:
    """The address of the page with the people of an organisation."""
    return url_for("organisations.show", id=id)


def _people(organisation: Organisation) -> People:
    reader, id = principal(), organisation.id
    found = organisations.contacts(organisation, reader)
    invited = memberships.invitations(organisation, reader) if id in reader.organisations else []
    confirmed = sum(one.is_contact for one in found)
    own = next((one for one in found if one.person_id == reader.id), None)
    pending = [_invited(one) for one in invited]
    return People(
        rows=[*(_member(one, reader.id) for one in found), *pending],
        titles=[translate(RIGHTS[right]) for right in COLUMNS],
        confirmed=confirmed,
        required=REQUIRED,
        invited=next((one for one in pending if one.contact), None),
        sets=reader.has_right(Permission.SET_MEMBERS, id),
        invites=reader.has_right(Permission.INVITE_MEMBER, id),
        own=own,
        last=own is not None and own.is_contact and confirmed == 1,
    )


def _member(one: Membership, reader: int | None) -> Row:
    has = [right in one.rights for right in COLUMNS]
    own = one.person_id == reader
    under = " · ".join(filter(None, [one.title, one.person.email]))
    return Row(one.id, one.person.name, under, one.is_contact, has, one.created_at.date(), own=own)


def _invited(one: Invitation) -> Row:
    has = [right in one.rights for right in COLUMNS]
    ends, over = one.ends_at.date(), one.ends_at <= now()
    return Row(one.id, one.name, one.email, one.is_contact, has, one.created_at.date(), ends=ends, over=over)


def _facts(holding: Holding) -> list[Fact]:
    """The remaining limit depends on all grants of the organisation, so it is for those who may see all of them."""
    member = holding.organisation.id in principal().organisations
    if member or organisations.sees_all_grants(holding.organisation.id, principal()):
        return held_facts(holding)
    return held_in_scope(holding) if principal().may(Permission.READ_AWARD) else known_facts(holding)
