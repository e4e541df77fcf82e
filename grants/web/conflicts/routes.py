"""Conflicts of interest of staff on an application, and lifting a conflict."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from grants.access.permissions import ALLOWED, Permission
from grants.db import transaction
from grants.forms.reviews import LiftForm, StaffConflictForm
from grants.models import Application, Conflict
from grants.queries.applications import involvements
from grants.queries.reviews import conflicts as found
from grants.queries.reviews.conflicts import Declared
from grants.services import transitions
from grants.services.refusals import Refused
from grants.services.reviews import conflicts
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.rules.involvements import objections
from workflows.rules.reviews import CONFLICTS

bp = Blueprint("conflicts", __name__)


@dataclass(frozen=True, slots=True)
class ConflictPage:
    """The form on which a member of staff declares a conflict of interest."""

    application: Application
    form: StaffConflictForm
    boxes: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class LiftPage:
    """The form on which another person's conflict of interest is lifted."""

    application: Application
    conflict: Declared
    form: LiftForm


@bp.get("/applications/<int:id>/conflict")
@permitted(Permission.DECLARE_CONFLICT)
def new(id: int) -> str:
    """The kinds of conflict of interest, for a member of staff."""
    return _form(load(Application, id), StaffConflictForm())


@bp.post("/applications/<int:id>/conflict")
@permitted(Permission.DECLARE_CONFLICT)
@action(N_("Declare conflict of interest"), lambda unread: unread.row(Application).title)
@labelled(lambda _: StaffConflictForm())
@idempotent
def declare(id: int) -> Response | tuple[str, int]:
    """Keep the conflict of interest; the reader no longer sees the application."""
    application, form = load(Application, id), StaffConflictForm()
    if not form.sent():
        return _form(application, form), 422
    with transaction():
        actor = actor_on_row(application, *sorted(ALLOWED[Permission.DECLARE_CONFLICT]))
        conflicts.declare_as_staff(application, kinds=form.kinds(), actor=actor, apply=transitions.apply)
    return redirect(url_for("applications.index", conflict=1))


@bp.get("/conflicts/<int:id>/lift")
@permitted(Permission.LIFT_CONFLICT)
def lifting(id: int) -> str:
    """The conflict of interest, and the reason for lifting it."""
    return _lifting(load(Conflict, id), LiftForm())


@bp.post("/conflicts/<int:id>/lift")
@permitted(Permission.LIFT_CONFLICT)
@action(N_("Lift conflict of interest"))
@labelled(lambda _: LiftForm())
@idempotent
def lift(id: int) -> Response | tuple[str, int]:
    """Lift the conflict of interest of another person."""
    conflict, form = load(Conflict, id), LiftForm()
    if not form.sent():
        return _lifting(conflict, form), 422
    with transaction():
        actor = actor_on_row(conflict, *sorted(ALLOWED[Permission.LIFT_CONFLICT]))
        conflicts.lift(conflict, reason=form.reason.data or "", actor=actor)
    return redirect(url_for("applications.show", id=conflict.application_id, _anchor="conflicts"))


def _form(application: Application, form: StaffConflictForm) -> str:
    return page("conflicts/new.html", ConflictPage(application, form, tuple(form[key] for key, _ in CONFLICTS)))


def _lifting(conflict: Conflict, form: LiftForm) -> str:
    """The page; raises Refused for a reader who is to review the application: it says why others do not."""
    application = load(Application, conflict.application_id)
    if application.id in principal().reviewing:
        apart = involvements.of(application)
        raise Refused(*objections(apart, actor_on_row(application, *sorted(ALLOWED[Permission.LIFT_CONFLICT]))))
    return page("conflicts/lift.html", LiftPage(application, found.declared(conflict), form))
