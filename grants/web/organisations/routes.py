"""Organisations: their facts, and how much they can still apply for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint

from grants.access.permissions import Permission
from grants.models import Membership, Organisation
from grants.queries import organisations, profiles
from grants.queries.applications import proposals, statuses
from grants.queries.organisations import Holding
from grants.web.applications import applicant_view
from grants.web.organisation_documents import document_view
from grants.web.organisation_documents.document_view import DocumentList
from grants.web.organisations import verification_view
from grants.web.organisations.verification_view import VerificationView
from grants.web.profiles import profile_view
from grants.web.profiles.profile_view import Version
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.components import Fact
from grants.web.site.navigation import page
from grants.web.tasks.applicant import held_facts, held_in_scope, known_facts

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """One organisation. facts: grants held and, for who may see all of them, the remaining limit.

    member: the reader acts for the organisation. details: the present version of its legal details; None without any.
    verification: None if the Foundation entered the organisation.

    proposals: its proposals with their progress, for members. documents: None for readers who may read none.
    """

    organisation: Organisation
    facts: Sequence[tuple[str, str]]
    contacts: Sequence[Membership]
    proposals: Sequence[object]
    member: bool
    details: Version | None
    documents: DocumentList | None
    verification: VerificationView | None


@bp.get("/<int:id>")
@permitted(Permission.READ_ORGANISATION)
def show(id: int) -> str:
    """One organisation: standing, contacts, grants held and, for its members, the status of its proposals."""
    organisation = load(Organisation, id)
    mine, details = proposals.own(principal(), organisation=id), profiles.present(organisation)
    view = OrganisationPage(
        organisation=organisation,
        facts=_facts(organisations.holdings([id], principal())[0]),
        contacts=organisations.contacts(organisation, principal()),
        proposals=applicant_view.lines(mine, statuses.of(mine)),
        member=id in principal().organisations,
        details=profile_view.shown(details, organisation) if details else None,
        documents=document_view.listing(organisation),
        verification=verification_view.of(organisation),
    )
    return page("organisations/show.html", view)


def _facts(holding: Holding) -> list[Fact]:
    """The remaining limit depends on all grants of the organisation, so it is for those who may see all of them."""
    member = holding.organisation.id in principal().organisations
    if member or organisations.sees_all_grants(holding.organisation.id, principal()):
        return held_facts(holding)
    return held_in_scope(holding) if principal().may(Permission.READ_AWARD) else known_facts(holding)
