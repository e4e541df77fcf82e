"""Funds: contributions, what is left, and the envelopes of calls."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import ConstraintViolated, today, transaction
from grants.forms.funds import EnvelopeForm, FundForm
from grants.models import Call, Fund
from grants.queries import awards, funds, history
from grants.services import calls as call_deeds
from grants.services import idempotency
from grants.services.money import funds as deeds
from grants.services.transitions import Refused
from grants.web.site.authorization import actor_on_row, load, page_position, permitted, principal
from grants.web.site.errors import CONSTRAINTS
from grants.web.site.formats import translate
from grants.web.site.navigation import page
from grants.web.site.timeline import entries
from workflows.engine.roles import Actor, Role
from workflows.engine.steps import STEPS

bp = Blueprint("funds", __name__)


@bp.get("/funds")
@permitted(Permission.READ_FUND)
def index() -> str:
    """Every fund with its remaining amount."""
    rows = funds.listed(principal())
    return page("funds/index.html", funds=rows, stands=funds.stands(fund.id for fund in rows))


@bp.get("/funds/new")
@permitted(Permission.SET_FUND)
def new() -> str:
    """The form to record a contribution."""
    return page("funds/new.html", form=FundForm(year=today().year))


@bp.post("/funds")
@permitted(Permission.SET_FUND)
def receive() -> Response | tuple[str, int]:
    """Create a fund with its contribution."""
    form = FundForm()
    if not form.sent():
        return page("funds/new.html", form=form), 422
    try:
        target = _once(lambda: _received(form))
    except ConstraintViolated as broken:
        if broken.constraint != "fund_title_key":
            raise
        form.title.errors = [translate(CONSTRAINTS[broken.constraint])]
        return page("funds/new.html", form=form), 422
    return redirect(target)


@bp.get("/funds/<int:id>")
@permitted(Permission.READ_FUND)
def show(id: int) -> str:
    """One fund: its remaining amount, the envelope of each call, its awards."""
    return _page(load(Fund, id), None)


@bp.post("/funds/<int:id>/envelope")
@permitted(Permission.SET_FUND)
def allocate(id: int) -> Response | tuple[str, int]:
    """Allocate money of the fund to one of its calls, or return it to the fund."""
    fund = load(Fund, id)
    calls = {call.id: call for call, _ in funds.calls(fund)}
    form = _envelope(fund, calls)
    if not form.sent():
        return _page(fund, form), 422
    try:
        target = _once(lambda: _set_aside(fund, calls[form.call.data], form))
    except Refused as refused:
        form.amount.errors = [translate(reason) for reason in refused.reasons]
        return _page(fund, form), 422
    return redirect(target)


def _received(form: FundForm) -> str:
    fund = deeds.receive(**form.values(), actor=Actor(person=principal().id, role=Role.FINANCE))
    return url_for(".show", id=fund.id)


def _set_aside(fund: Fund, call: Call, form: EnvelopeForm) -> str:
    deed = call_deeds.unfund if form.way.data == "back" else call_deeds.fund
    deed(call, **form.values(), actor=actor_on_row(fund, Role.FINANCE))
    return url_for(".show", id=fund.id)


def _once(do: Callable[[], str]) -> str:
    """Run `do` in a transaction; a repeated form gets the first answer and changes nothing."""
    sent = sorted(
        (name, text) for name, text in request.form.items(multi=True) if name not in {"csrf_token", "idempotency_key"}
    )
    with transaction():
        return idempotency.perform(
            request.form.get("idempotency_key", ""),
            person=principal().id or 0,
            body=repr((request.path, sent)).encode(),
            do=do,
        )


def _envelope(fund: Fund, calls: dict[int, Call]) -> EnvelopeForm:
    return EnvelopeForm.over([(call.id, call.title) for call in calls.values()], fund.currency)


def _page(fund: Fund, form: EnvelopeForm | None) -> str:
    """The fund's page, with the envelope form if the reader may set envelopes."""
    stand, calls = funds.divided(fund)
    if form is None and calls and principal().may(Permission.SET_FUND):
        form = _envelope(fund, {call.id: call for call, _ in calls})
    rows, after = awards.listed(principal(), fund=fund.id, before=page_position("before"))
    return page(
        "funds/show.html",
        fund=fund,
        stand=stand,
        calls=calls,
        form=form,
        awards=rows,
        steps=STEPS,
        held=awards.held(row.id for row in rows),
        events=entries(history.of(fund, principal())),
        first="before" not in request.args,
        next=url_for(".show", id=fund.id, before=after, _anchor="awards") if after else None,
    )
