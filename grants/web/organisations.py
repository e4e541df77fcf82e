"""Organisations: their facts, and how much they can still apply for."""

from __future__ import annotations

from flask import Blueprint

from grants.access import Permission
from grants.models import Organisation
from grants.queries import organisations, proposals
from grants.queries import standing as stood
from grants.web import own
from grants.web.guard import load, permitted, who
from grants.web.inbox import held_facts
from grants.web.shell import page

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("/<int:id>")
@permitted(Permission.READ_ORGANISATION)
def show(id: int) -> str:
    """One organisation: standing, contacts, grants held and, for its members, the status of its proposals."""
    organisation = load(Organisation, id)
    mine = proposals.own(who(), organisation=id)
    return page(
        "organisations/show.html",
        organisation=organisation,
        holding=held_facts(organisations.holdings([id], who())[0]),
        contacts=organisations.contacts(organisation, who()),
        rows=own.lines(mine, stood.of(mine)),
        ours=id in who().organisations,
    )
