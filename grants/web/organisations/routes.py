"""Organisations: their facts, and how much they can still apply for."""

from __future__ import annotations

from flask import Blueprint

from grants.access import Permission
from grants.models import Organisation
from grants.queries import organisations, proposals, statuses
from grants.web.applications import applicant_view
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.navigation import page
from grants.web.tasks.applicant import held_facts

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("/<int:id>")
@permitted(Permission.READ_ORGANISATION)
def show(id: int) -> str:
    """One organisation: standing, contacts, grants held and, for its members, the status of its proposals."""
    organisation = load(Organisation, id)
    mine = proposals.own(principal(), organisation=id)
    return page(
        "organisations/show.html",
        organisation=organisation,
        holding=held_facts(organisations.holdings([id], principal())[0]),
        contacts=organisations.contacts(organisation, principal()),
        rows=applicant_view.lines(mine, statuses.of(mine)),
        ours=id in principal().organisations,
    )
