"""Who holds which role, for administrators and auditors."""

from __future__ import annotations

from flask import Blueprint

from grants.access.permissions import Permission
from grants.web.appointments import holders_view
from grants.web.site.authorization import permitted
from grants.web.site.navigation import page

bp = Blueprint("appointments", __name__)


@bp.get("/roles")
@permitted(Permission.READ_ROLES)
def index() -> str:
    """The roles that are held now, one line each, by role, programme, person and end date."""
    return page("appointments/index.html", holders_view.show())
