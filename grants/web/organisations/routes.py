"""Organisations: their people, their facts, how much they can still apply for; administrators add and correct them."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.organisations import OrganisationForm
from grants.models import Organisation
from grants.queries import profiles
from grants.services import organisations, transitions
from grants.web.organisations import form_view, organisation_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, creator, load, permitted
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.get("")
@permitted(Permission.SET_ORGANISATIONS)
def index() -> str:
    """All organisations, searchable by name, legal name or register number."""
    return page("organisations/index.html", form_view.listed())


@bp.get("/new")
@permitted(Permission.SET_ORGANISATIONS)
def new() -> str:
    """The form to add an organisation."""
    return page("organisations/form.html", form_view.adding(OrganisationForm()))


@bp.post("")
@permitted(Permission.SET_ORGANISATIONS)
@action(N_("Add organisation"))
@labelled(lambda _: OrganisationForm())
@idempotent
def add() -> Response | tuple[str, int]:
    """Add an organisation, once the administrator has said that it is none of those that may be the same."""
    form = OrganisationForm()
    valid = form.sent()
    found = form_view.alike(form) if valid else []
    if not valid or found:
        return page("organisations/form.html", form_view.adding(form, found)), 422
    try:
        with transaction():
            made = organisations.enter(form.named, form.details, actor=creator())
    except AGAINST as wrong:
        return shown_again(lambda: page("organisations/form.html", form_view.adding(form)), wrong)
    return redirect(done.after(made, "add", url_for(".show", id=made.id)))


@bp.get("/<int:id>")
@permitted(Permission.READ_ORGANISATION)
def show(id: int) -> str:
    """One organisation: its people, standing, grants held and, for its members, the status of its proposals."""
    return page("organisations/show.html", organisation_view.show(load(Organisation, id)))


@bp.get("/<int:id>/correct")
@permitted(Permission.SET_ORGANISATIONS)
def change(id: int) -> str:
    """The form to correct an organisation, filled in with what is stored."""
    organisation = load(Organisation, id)
    form = OrganisationForm(organisation, profiles.present(organisation))
    return page("organisations/form.html", form_view.correcting(organisation, form))


@bp.post("/<int:id>/correct")
@permitted(Permission.SET_ORGANISATIONS)
@action(N_("Correct entry"), lambda unread: unread.row(Organisation).name)
@labelled(lambda unread: OrganisationForm(unread.row(Organisation)))
@idempotent
def correct(id: int) -> Response | tuple[str, int]:
    """Correct an organisation, unless somebody else has changed it meanwhile."""
    organisation = load(Organisation, id)
    form = OrganisationForm(organisation, profiles.present(organisation))
    if not form.sent():
        return page("organisations/form.html", form_view.correcting(organisation, form)), 422
    try:
        with transaction():
            target = _corrected(organisation, form)
    except AGAINST as wrong:
        return shown_again(
            lambda: page("organisations/form.html", form_view.correcting(load(Organisation, id), form)), wrong
        )
    return redirect(target)


def _corrected(organisation: Organisation, form: OrganisationForm) -> str:
    """Correct the organisation; returns the address of the page that follows."""
    changed = organisations.correct(
        organisation,
        form.named,
        form.details if form.legal_name.data else None,
        actor=actor_on_row(organisation, Role.ADMINISTRATOR),
        version=sent_version(OUTDATED),
        apply=transitions.apply,
    )
    there = url_for(".show", id=organisation.id)
    return done.after(organisation, "correct", there) if changed else there
