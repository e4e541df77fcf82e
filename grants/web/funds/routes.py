"""Funds: contributions, what is left, and the envelopes of calls."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import ConstraintViolated, today, transaction
from grants.forms.funds import EnvelopeForm, FundForm
from grants.models import Call, Fund
from grants.queries.money import funds
from grants.services import calls as calls_commands
from grants.services.money import funds as commands
from grants.services.refusals import Refused
from grants.web.funds import fund_view
from grants.web.funds.fund_view import NewFundPage
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, creator, load, permitted, principal
from grants.web.site.errors import CONSTRAINTS
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import ANOTHER, N_
from workflows.engine.roles import Role

bp = Blueprint("funds", __name__)


@bp.get("/funds")
@permitted(Permission.READ_FUND)
def index() -> str:
    """Every fund with its remaining amount."""
    return page("funds/index.html", fund_view.index())


@bp.get("/funds/new")
@permitted(Permission.RECEIVE_FUND)
def new() -> str:
    """The form to record a contribution."""
    return page("funds/new.html", NewFundPage(FundForm(year=today().year)))


@bp.post("/funds")
@permitted(Permission.RECEIVE_FUND)
@action(N_("Record the contribution"))
@labelled(lambda _: FundForm())
@idempotent
def receive() -> Response | tuple[str, int]:
    """Create a fund with its contribution."""
    form = FundForm()
    if not form.sent():
        return page("funds/new.html", NewFundPage(form)), 422
    try:
        with transaction():
            target = _received(form)
    except ConstraintViolated as broken:
        if broken.constraint != "fund_title_key":
            raise
        form.title.errors = [translate(CONSTRAINTS[broken.constraint])]
        return page("funds/new.html", NewFundPage(form)), 422
    return redirect(target)


@bp.get("/funds/<int:id>")
@permitted(Permission.READ_FUND)
def show(id: int) -> str:
    """One fund: its remaining amount, the envelope of each call, its awards."""
    return page("funds/show.html", fund_view.show(load(Fund, id)))


@bp.post("/funds/<int:id>/envelope")
@permitted(Permission.SET_FUND)
@action(N_("Change allocation"), lambda unread: unread.row(Fund).title)
@labelled(lambda unread: _envelope(unread.row(Fund))[1])
@idempotent
def allocate(id: int) -> Response | tuple[str, int]:
    """Allocate money of the fund to one of its calls, or return it to the fund; 404 for a call out of scope."""
    fund = load(Fund, id)
    calls, form = _envelope(fund)
    if form.call.data not in calls and not principal().unlimited(Permission.SET_FUND):
        abort(404)
    if not form.sent():
        return page("funds/show.html", fund_view.show(fund, form)), 422
    try:
        with transaction():
            target = _allocated(fund, calls[form.call.data], form)
    except Refused as refused:
        if any(reason.cure == ANOTHER for reason in refused.reasons):
            raise
        form.amount.errors = fund_view.reasons(form, refused)
        return page("funds/show.html", fund_view.show(fund, form)), 422
    return redirect(target)


def _envelope(fund: Fund) -> tuple[dict[int, Call], EnvelopeForm]:
    calls = {call.id: call for call in funds.fundable(fund, principal())}
    return calls, fund_view.envelope_form(fund, calls)


def _received(form: FundForm) -> str:
    fund = commands.receive(**form.values(), actor=creator())
    return url_for(".show", id=fund.id)


def _allocated(fund: Fund, call: Call, form: EnvelopeForm) -> str:
    change = calls_commands.unfund if form.way.data == "back" else calls_commands.fund
    change(call, **form.values(), actor=actor_on_row(call, Role.FINANCE))
    return url_for(".show", id=fund.id)
