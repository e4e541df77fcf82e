"""Applications: the list, and the page of one application."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.access.principals import roles_on
from grants.models import Application
from grants.web.applications import listing, officer_view
from grants.web.applications.applicant_view import show_list, show_own
from grants.web.applications.changes import page_of
from grants.web.site.authorization import load, permitted, principal
from grants.web.site.navigation import page
from workflows.engine.roles import Role

bp = Blueprint("applications", __name__, url_prefix="/applications")


@bp.get("")
@permitted(Permission.READ_APPLICATION)
def index() -> str:
    """For the Foundation's staff, all submitted applications; for applicants, their own proposals."""
    if not listing.for_officers(principal()):
        return show_list()
    return page("applications/index.html", listing.listed(principal(), request.args, tab="all", endpoint=".index"))


@bp.get("/<int:id>")
@permitted(Permission.READ_APPLICATION)
def show(id: int) -> str:
    """One application: its status, the actions available to the reader, its history."""
    application = load(Application, id)
    if Role.APPLICANT in roles_on(application, principal()):
        return show_own(application)
    return officer_view.overview(application)


@bp.get("/<int:id>/changes")
@permitted(Permission.READ_APPLICATION)
def changes(id: int) -> str:
    """What changed between two submissions."""
    return page("applications/changes.html", page_of(load(Application, id)), wide=True)


@bp.get("/<int:id>/<any(proposal, budget, documents, history):part>")
@permitted(Permission.READ_APPLICATION)
def part(id: int, part: str) -> str | Response:
    """One part of an application on its own page, for staff; applicants are redirected to their single page."""
    application = load(Application, id)
    if Role.APPLICANT in roles_on(application, principal()):
        return redirect(url_for(".show", id=id, _anchor=part))
    return officer_view.part(application, part)
