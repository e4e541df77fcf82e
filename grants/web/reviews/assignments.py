"""Reviewers for an application: list the candidates and invite one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.assignments import AssignmentForm
from grants.models import Application
from grants.queries.applications import involvements
from grants.queries.reviews import assignments, written
from grants.queries.reviews.assignments import Candidate
from grants.services.reviews.assignments import assign as assign_reviewer
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.transitions import Offer, available_on
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role
from workflows.engine.steps import Step
from workflows.flows.assignment import AT_WORK, FLOW
from workflows.rules.involvements import objections

bp = Blueprint("assignments", __name__, url_prefix="/applications/<int:id>/reviewers")


@dataclass(frozen=True, slots=True)
class InvitedRow:
    """A reviewer who was invited, their step, and what the reader can do about it."""

    name: str
    step: Step
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """The candidates for an application. needed: reviews required; asked: invited, working or finished reviewers.

    reviewers: those invited at this stage, with what the reader can do about each. against: the reasons why the reader
    must not invite anybody.
    """

    application: Application
    form: AssignmentForm
    candidates: Sequence[Candidate]
    reviewers: Sequence[InvitedRow]
    needed: int
    asked: int
    against: Sequence[Message]


@bp.get("")
@permitted(Permission.ASSIGN)
def new(id: int) -> str:
    """List all reviewers appointed for this call, each with the reasons against inviting them."""
    return _choice(load(Application, id), AssignmentForm())


@bp.post("")
@permitted(Permission.ASSIGN)
@action(N_("Invite reviewer"), lambda unread: unread.row(Application).title)
@labelled(lambda unread: _offered(unread.row(Application)))
@idempotent
def create(id: int) -> Response | tuple[str, int]:
    """Invite one of the candidates to review."""
    application = load(Application, id)
    form = _offered(application)
    if not form.sent():
        return _choice(application, form), 422
    try:
        with transaction():
            target = _assign(application, form.reviewer.data)
    except AGAINST as wrong:
        return shown_again(lambda: _choice(load(Application, id), form), wrong)
    return redirect(target)


def _offered(application: Application) -> AssignmentForm:
    form = AssignmentForm()
    form.offer(candidate.person for candidate in assignments.candidates(application, principal()))
    return form


def _assign(application: Application, person_id: int) -> str:
    chosen = next(c.person for c in assignments.candidates(application, principal()) if c.person.id == person_id)
    assign_reviewer(application=application, reviewer=chosen, actor=actor_on_row(application, Role.OFFICER))
    return url_for("applications.show", id=application.id, _anchor="reviews")


def _choice(application: Application, form: AssignmentForm) -> str:
    asked = [one for one in written.of(application) if one.stage == application.stage]
    view = InvitationPage(
        application=application,
        form=form,
        candidates=assignments.candidates(application, principal()),
        reviewers=[
            InvitedRow(one.person.name, FLOW.step(one.step), offers)
            for one, offers in zip(asked, available_on(asked), strict=True)
        ],
        needed=application.call.data.stage(application.stage).reviews,
        asked=sum(one.step in AT_WORK for one in asked),
        against=objections(involvements.of(application), actor_on_row(application, Role.OFFICER)),
    )
    return page("assignments/new.html", view)
