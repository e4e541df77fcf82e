"""Awards: the list, the page of one award, and the division of a partial award."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import db, transaction
from grants.models import Application, Award
from grants.queries.money import awards
from grants.services.money import awards as commands
from grants.services.refusals import Refused, Stale
from grants.web.awards import award_view, listing
from grants.web.awards.agreement import DivisionPage, divisible, division
from grants.web.awards.listing import AwardsPage
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.pagination import page_position, pages
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Role

bp = Blueprint("awards", __name__)


@bp.get("/awards")
@permitted(Permission.READ_AWARD)
def index() -> str:
    """The awards that the reader may see, newest first."""
    stage = request.args.get("stage", "")
    found, after = awards.listed(principal(), stage=stage, before=page_position("before"))
    beside = pages(after, ".index", stage=stage or None)
    return page("awards/index.html", AwardsPage(listing.rows(found), listing.tabs(stage), beside))


@bp.get("/awards/<int:id>")
@permitted(Permission.READ_AWARD)
def show(id: int) -> str:
    """One award: amounts, the conditions of each instalment, signatures, reports, documents."""
    return page("awards/show.html", award_view.show(load(Award, id)))


@bp.get("/awards/<int:id>/budget")
@permitted(Permission.DIVIDE_AWARD)
def budget(id: int) -> str | Response:
    """The form to distribute a partial award over the budget lines, until the grantee signs."""
    award = load(Award, id)
    if not divisible(award):
        return _to_agreement(award)
    return page("awards/divide.html", DivisionPage(award, division(award)))


@bp.post("/awards/<int:id>/budget")
@permitted(Permission.DIVIDE_AWARD)
@action(N_("Save budget"), lambda unread: unread.row(Award).application.title)
@labelled(lambda unread: division(unread.row(Award)))
@idempotent
def divide(id: int) -> Response | tuple[str, int]:
    """Save the amount of each line if together they equal the award."""
    award = load(Award, id)
    form = division(award)
    if not form.sent():
        return page("awards/divide.html", DivisionPage(award, form)), 422
    try:
        with transaction():
            version = sent_version(OUTDATED)
            commands.divide(award, form.values(), actor=actor_on_row(award, Role.APPLICANT), version=version)
    except (Refused, Stale) as error:
        view, code = _not_divided(DivisionPage(award, form), error)
        return page("awards/divide.html", view), code
    return _to_agreement(award)


@bp.get("/applications/<int:id>/award")
@permitted(Permission.READ_AWARD)
def of(id: int) -> Response:
    """Redirect to the award of an application."""
    award = awards.of(load(Application, id), principal())
    return redirect(url_for(".show", id=award.id)) if award else abort(404)


def _not_divided(view: DivisionPage, error: Refused | Stale) -> tuple[DivisionPage, int]:
    """The form again with the reasons; raises the error if the award can no longer be divided."""
    if isinstance(error, Stale):
        db.session.refresh(view.award.agreement)
    if not divisible(view.award):
        raise error
    if isinstance(error, Stale):
        return replace(view, meanwhile=True), 409
    return replace(view, reasons=[translate(reason) for reason in error.reasons]), 422


def _to_agreement(award: Award) -> Response:
    return redirect(url_for(".show", id=award.id, _anchor="agreement"))
