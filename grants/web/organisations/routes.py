"""Organisations: their people, their facts, and how much they can still apply for."""

from __future__ import annotations

from flask import Blueprint

from grants.access.permissions import Permission
from grants.models import Organisation
from grants.web.organisations import organisation_view
from grants.web.site.authorization import load, permitted
from grants.web.site.navigation import page

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("/<int:id>")
@permitted(Permission.READ_ORGANISATION)
def show(id: int) -> str:
    """One organisation: its people, standing, grants held and, for its members, the status of its proposals."""
    return page("organisations/show.html", organisation_view.show(load(Organisation, id)))
