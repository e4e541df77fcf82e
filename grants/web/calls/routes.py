"""Calls as officers set them up: rules are editable in preparation and frozen once the call opens."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.calls import MoreTimeForm, NewCallForm, call_form
from grants.models import Call, Organisation
from grants.services import calls
from grants.services.refusals import Refused, Stale
from grants.web.calls import call_view
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, creator, load, permitted
from grants.web.site.errors import shown_again
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.engine.roles import Actor, Role

bp = Blueprint("calls", __name__, url_prefix="/office/calls")


@bp.get("")
@permitted(Permission.READ_CALL)
def index() -> str:
    """Every call with its money and its number of applications."""
    return page("calls/index.html", call_view.index())


@bp.get("/new")
@permitted(Permission.CREATE_CALL)
def new() -> str:
    """The form that creates a call from a programme."""
    return page("calls/new.html", call_view.new(NewCallForm()))


@bp.post("/new")
@permitted(Permission.CREATE_CALL)
@action(N_("Set up the call"))
@labelled(lambda _: call_view.new(NewCallForm()))
@idempotent
def create() -> Response | tuple[str, int]:
    """Create a call with a copy of its programme's rules."""
    view = call_view.new(NewCallForm())
    actor = creator(programme=view.form.programme.data or "")
    if not view.form.sent():
        return page("calls/new.html", view), 422
    try:
        with transaction():
            target = _create(view.form, actor)
    except Refused as refused:
        return shown_again(lambda: page("calls/new.html", call_view.new(NewCallForm())), refused)
    return redirect(target)


@bp.get("/<int:id>")
@permitted(Permission.READ_CALL)
def show(id: int) -> str:
    """One call: an editable form in preparation, read-only rules afterwards."""
    call = load(Call, id)
    return page("calls/show.html", call_view.show(call, call_form(call)()))


@bp.post("/<int:id>")
@permitted(Permission.SET_CALL)
@action(N_("Save changes"), lambda unread: unread.row(Call).title)
@labelled(lambda unread: call_form(unread.row(Call))())
@idempotent
def change(id: int) -> Response | tuple[str, int]:
    """Change a call in preparation."""
    call = load(Call, id)
    form = call_form(call)()
    if not form.sent():
        return page("calls/show.html", call_view.show(call, form)), 422
    try:
        with transaction():
            calls.change(
                call,
                **form.facts(),
                rules=form.rules(call.data),
                actor=actor_on_row(call, Role.OFFICER),
                version=sent_version(OUTDATED),
            )
    except ValidationError as error:
        form.explain(error)
        return page("calls/show.html", call_view.show(call, form)), 422
    except (Refused, Stale) as wrong:
        if call.step != "draft":
            raise
        return shown_again(lambda: page("calls/show.html", call_view.show(call, form)), wrong)
    return redirect(url_for(".show", id=id, kept=1))


@bp.get("/<int:id>/more-time")
@permitted(Permission.SET_CALL)
def more_time(id: int) -> str:
    """The form that gives one applicant more time."""
    return page("calls/more_time.html", call_view.more_time(load(Call, id), MoreTimeForm()))


@bp.post("/<int:id>/more-time")
@permitted(Permission.SET_CALL)
@action(N_("Extend deadline"), lambda unread: unread.row(Call).title)
@labelled(lambda unread: call_view.more_time(unread.row(Call), MoreTimeForm()))
@idempotent
def give_time(id: int) -> Response | tuple[str, int]:
    """Extend the deadline for one applicant beyond that of the call."""
    call = load(Call, id)
    view = call_view.more_time(call, MoreTimeForm())
    if not view.form.sent():
        return page("calls/more_time.html", view), 422
    try:
        with transaction():
            _give_time(call, view.form)
    except Refused as refused:
        if any(reason.cure != "until" for reason in refused.reasons):
            return shown_again(lambda: page("calls/more_time.html", call_view.more_time(call, view.form)), refused)
        view.form.until.errors = [translate(reason) for reason in refused.reasons]
        return page("calls/more_time.html", view), 422
    return redirect(url_for(".show", id=id, _anchor="more-time"))


def _give_time(call: Call, form: MoreTimeForm) -> None:
    assert form.until.data is not None  # noqa: S101 - the form requires it
    calls.give_time(
        call,
        organisation=load(Organisation, form.organisation.data, Permission.READ_ORGANISATION),
        until=form.until.data,
        reason=form.reason.data or "",
        actor=actor_on_row(call, Role.OFFICER),
    )


def _create(form: NewCallForm, actor: Actor) -> str:
    call = calls.set_up(programme=form.programme.data, fund=form.chosen_fund(), actor=actor, **form.facts())
    return url_for(".show", id=call.id)
