"""The legal details of an organisation: change them, and read earlier versions."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.profiles import DetailsForm
from grants.models import Organisation
from grants.queries import profiles as stored
from grants.services import profiles, transitions
from grants.web.profiles.profile_view import DetailsPage, VersionsPage, shown
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("profiles", __name__, url_prefix="/organisations/<int:id>/legal-details")


@bp.get("")
@permitted(Permission.READ_ORGANISATION)
def index(id: int) -> str:
    """Every version of the legal details."""
    organisation = load(Organisation, id)
    versions = [shown(one, organisation) for one in stored.versions(organisation, principal())]
    return page("profiles/index.html", VersionsPage(organisation, versions))


@bp.get("/change")
@permitted(Permission.CHANGE_ORGANISATION)
def change(id: int) -> str:
    """The form of a new version, filled in with the present one."""
    organisation = load(Organisation, id)
    return _form(organisation, DetailsForm(stored.present(organisation)))


@bp.post("/change")
@permitted(Permission.CHANGE_ORGANISATION)
@action(N_("Save legal details"), lambda unread: unread.row(Organisation).name)
@labelled(lambda _: DetailsForm())
@idempotent
def save(id: int) -> Response | str | tuple[str, int]:
    """Add a version, unless nothing is different or somebody else has added one meanwhile."""
    organisation, form = load(Organisation, id), DetailsForm()
    if not form.sent():
        return _form(organisation, form), 422
    actor = actor_on_row(organisation, Role.APPLICANT)
    try:
        with transaction():
            version = sent_version(OUTDATED)
            row = profiles.change(
                organisation, details=form.details, actor=actor, version=version, apply=transitions.apply
            )
    except AGAINST as wrong:
        return shown_again(lambda: _form(load(Organisation, id), form), wrong)
    there = url_for("organisations.show", id=id)
    return redirect(done.after(row, "profile", there) if row.number > version else there)


def _form(organisation: Organisation, form: DetailsForm) -> str:
    present = stored.present(organisation)
    return page("profiles/change.html", DetailsPage(organisation, form, present.number if present else 0))
