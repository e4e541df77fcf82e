"""Requests to act for an organisation: one's own, and those to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.registrations import DeclineForm
from grants.models import JoinRequest
from grants.queries import join_requests as found
from grants.services import join_requests
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, open_to_all, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("join_requests", __name__, url_prefix="/join-requests")
DECIDING = (Role.APPLICANT, Role.OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """The reader's own requests, the newest first."""

    requests: Sequence[JoinRequest]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request, with the form to decline it."""

    row: JoinRequest
    form: DeclineForm


@bp.get("")
@open_to_all
def index() -> str | Response:
    """The reader's own requests; also for a person who has no role yet."""
    if not principal().id:
        return redirect(url_for("sessions.new", next=url_for(".index")))
    return page("join_requests/index.html", RequestsPage(found.own(principal())))


@bp.get("/<int:id>")
@permitted(Permission.DECIDE_JOIN_REQUEST)
def show(id: int) -> str:
    """Who asks, and the two answers."""
    return _page(load(JoinRequest, id), DeclineForm())


@bp.post("/<int:id>/accept")
@permitted(Permission.DECIDE_JOIN_REQUEST)
@action(N_("Accept request"), lambda unread: unread.row(JoinRequest).person.name)
@idempotent
def accept(id: int) -> Response | tuple[str, int]:
    """Make the person a member of the organisation."""
    row = load(JoinRequest, id)
    try:
        with transaction():
            join_requests.accept(row, actor=actor_on_row(row, *DECIDING))
    except AGAINST as wrong:
        return shown_again(
            lambda: page("join_requests/show.html", RequestPage(load(JoinRequest, id), DeclineForm())), wrong
        )
    return redirect(done.after(row, "accept_request", url_for(".show", id=id)))


@bp.post("/<int:id>/decline")
@permitted(Permission.DECIDE_JOIN_REQUEST)
@action(N_("Decline request"), lambda unread: unread.row(JoinRequest).person.name)
@labelled(lambda _: DeclineForm())
@idempotent
def decline(id: int) -> Response | tuple[str, int]:
    """Decline with a reason, which is sent to the person."""
    row, form = load(JoinRequest, id), DeclineForm()
    if not form.sent():
        return _page(row, form), 422
    try:
        with transaction():
            join_requests.decline(row, reason=form.reason.data or "", actor=actor_on_row(row, *DECIDING))
    except AGAINST as wrong:
        return shown_again(lambda: _page(load(JoinRequest, id), form), wrong)
    return redirect(done.after(row, "decline_request", url_for(".show", id=id)))


def _page(row: JoinRequest, form: DeclineForm) -> str:
    return page("join_requests/show.html", RequestPage(row, form))
