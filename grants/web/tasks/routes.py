"""The start page after signing in: the reader's tasks."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.web.site.authorization import permitted, principal
from grants.web.tasks import applicant, officer
from workflows.engine.roles import Role

bp = Blueprint("tasks", __name__)


@bp.get("/inbox")
@permitted(Permission.SEE_INBOX)
def show() -> str | Response:
    """The staff's inbox, a reviewer's list or an applicant's tasks."""
    if set(principal().calls) - {Role.REVIEWER}:
        return officer.show_inbox()
    if not principal().organisations:
        return redirect(url_for("reviews.index"))
    return applicant.show_inbox()
