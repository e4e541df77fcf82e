"""Members of an organisation: their rights, removing one, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import today, transaction
from grants.forms.hand_overs import HandOverForm
from grants.forms.memberships import RightsForm
from grants.forms.transitions import CONFIRMED
from grants.models import Membership
from grants.queries import organisations
from grants.services import hand_overs, memberships
from grants.web.organisations import organisation_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.versions import sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("memberships", __name__, url_prefix="/memberships/<int:id>")


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A member with the form of their rights. unconfirmed: the removal was sent without its tick. own: the reader."""

    membership: Membership
    form: RightsForm
    unconfirmed: bool
    own: bool


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """The reader's own membership, with the form that names a successor."""

    membership: Membership
    form: HandOverForm


def _form(membership: Membership) -> RightsForm:
    return RightsForm(obj=membership)


def _page(membership: Membership, form: RightsForm, *, unconfirmed: bool = False) -> str:
    own = membership.person_id == principal().id
    return page("memberships/show.html", MemberPage(membership, form, unconfirmed, own))


@bp.get("")
@permitted(Permission.SET_MEMBERS)
def show(id: int) -> str:
    """The rights of a member, and the form that changes them."""
    membership = load(Membership, id)
    if membership.ended_at is not None:
        abort(404)
    return _page(membership, _form(membership))


@bp.post("")
@permitted(Permission.SET_MEMBERS)
@action(N_("Change rights"), lambda unread: unread.row(Membership).person.name)
@labelled(lambda unread: _form(unread.row(Membership)))
@idempotent
def change(id: int) -> Response | tuple[str, int]:
    """Give a member exactly the rights that are ticked."""
    membership = load(Membership, id)
    form, version = _form(membership), sent_version(None)
    try:
        with transaction():
            actor = actor_on_row(membership, Role.APPLICANT)
            memberships.change(membership, rights=form.rights, version=version, actor=actor)
    except AGAINST as wrong:
        return shown_again(lambda: _page(load(Membership, id), form), wrong)
    return redirect(done.after(membership, "rights", organisation_view.people_of(membership.organisation_id)))


@bp.post("/end")
@permitted(Permission.SET_MEMBERS)
@action(N_("Remove from organisation"), lambda unread: unread.row(Membership).person.name)
@idempotent
def end(id: int) -> Response | tuple[str, int]:
    """End the membership of a member; one that has ended stays unchanged."""
    membership = load(Membership, id)
    if request.form.get(CONFIRMED) != "yes":
        return _page(membership, _form(membership), unconfirmed=True), 422
    with transaction():
        memberships.end(membership, actor=actor_on_row(membership, Role.APPLICANT))
    return redirect(done.after(membership, "leave", organisation_view.people_of(membership.organisation_id)))


@bp.get("/hand-over")
@permitted(Permission.LEAVE_ORGANISATION)
def successor(id: int) -> str:
    """The form that names a successor."""
    membership = load(Membership, id)
    if membership.ended_at is not None:
        abort(404)
    return _hand_over_page(membership, _hand_over_form(membership))


@bp.post("/hand-over")
@permitted(Permission.LEAVE_ORGANISATION)
@action(N_("Ask successor"), lambda unread: unread.row(Membership).organisation.name)
@labelled(lambda unread: _hand_over_form(unread.row(Membership)))
@idempotent
def hand_over(id: int) -> Response | tuple[str, int]:
    """Ask a successor to take over the reader's rights."""
    membership = load(Membership, id)
    form = _hand_over_form(membership)
    if not form.sent():
        return _hand_over_page(membership, form), 422
    email, name = _successor_of(membership, form)
    try:
        with transaction():
            actor = actor_on_row(membership, Role.APPLICANT)
            starts_on = form.starts_on.data or today()
            made = hand_overs.ask(
                membership, email=email, name=name, starts_on=starts_on, lifetime=_lifetime(), actor=actor
            )
    except AGAINST as wrong:
        return shown_again(lambda: _hand_over_page(membership, form), wrong)
    return redirect(done.after(made, "invite", organisation_view.people_of(membership.organisation_id)))


def _others(membership: Membership) -> list[Membership]:
    """The other members of the organisation."""
    return [one for one in organisations.contacts(membership.organisation, principal()) if one.id != membership.id]


def _hand_over_form(membership: Membership) -> HandOverForm:
    form = HandOverForm()
    form.offer(_others(membership))
    return form


def _successor_of(membership: Membership, form: HandOverForm) -> tuple[str, str]:
    """The address and the name of the person who was chosen."""
    chosen = next((one for one in _others(membership) if str(one.id) == form.successor.data), None)
    return (chosen.person.email, chosen.person.name) if chosen else (form.email.data or "", form.name.data or "")


def _lifetime() -> timedelta:
    """How long the link of a hand-over works at most."""
    return timedelta(days=current_app.extensions["settings"].hand_over_days)


def _hand_over_page(membership: Membership, form: HandOverForm) -> str:
    return page("memberships/hand_over.html", HandOverPage(membership, form))


@bp.post("/leave")
@permitted(Permission.LEAVE_ORGANISATION)
@action(N_("Leave organisation"), lambda unread: unread.row(Membership).organisation.name)
@idempotent
def leave(id: int) -> Response | tuple[str, int]:
    """End the reader's own membership."""
    membership = load(Membership, id)
    organisation = membership.organisation
    if request.form.get(CONFIRMED) != "yes":
        return page("organisations/show.html", organisation_view.show(organisation, unconfirmed=True)), 422
    with transaction():
        memberships.leave(membership, actor=actor_on_row(membership, Role.APPLICANT))
    return redirect(done.after(membership, "leave", url_for("public.home")))
