"""Batches of payments: prepared, approved and released by three people."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from grants.access import Permission
from grants.db import transaction
from grants.forms.batches import BatchForm
from grants.models import Batch, Fund
from grants.queries import batches, history
from grants.services import batches as deeds
from grants.services import idempotency
from grants.web.site.authorization import actor_on_row, load, page_position, permitted, principal
from grants.web.site.formats import amount, instant
from grants.web.site.navigation import page
from grants.web.site.timeline import entries
from grants.web.transitions import available
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Holder, Step

bp = Blueprint("batches", __name__)

NEXT = {"prepared": "approve", "approved": "release"}
"""The transition that a batch is waiting for, by its step."""


@bp.get("/batches")
@permitted(Permission.READ_BATCH)
def index() -> str:
    """The batches in progress or ended, and the funds with payable instalments."""
    ended = request.args.get("ended") == "1"
    rows, after = batches.listed(principal(), ended=ended, before=page_position("before"))
    waiting = batches.funds_to_pay(principal()) if principal().may(Permission.PREPARE_BATCH) else []
    more = url_for(".index", ended=1 if ended else None, before=after) if after else None
    shown = {"tabs": _tabs(ended=ended), "first": "before" not in request.args, "next": more, "steps": STEPS}
    return page("batches/index.html", rows=rows, waiting=waiting, ended=ended, **shown)


@bp.get("/batches/new")
@permitted(Permission.PREPARE_BATCH)
def new() -> str:
    """The form to choose among the payable instalments of a fund."""
    fund = load(Fund, request.args.get("fund", 0, type=int))
    rows = batches.payable(fund, principal())
    return page("batches/new.html", fund=fund, rows=rows, form=BatchForm.over([row.id for row in rows]))


@bp.post("/batches")
@permitted(Permission.PREPARE_BATCH)
def prepare() -> Response | tuple[str, int]:
    """Prepare a batch of the chosen instalments; repeating the request leads to the same batch."""
    fund = load(Fund, request.form.get("fund", 0, type=int))
    rows = batches.payable(fund, principal())
    form = BatchForm.over([row.id for row in rows])
    if not form.sent():
        return page("batches/new.html", fund=fund, rows=rows, form=form), 422
    with transaction():
        return redirect(_once(fund, sorted(set(form.instalments.data or []))))


@bp.get("/batches/<int:id>")
@permitted(Permission.READ_BATCH)
def show(id: int) -> str:
    """One batch: its total, its three signatories, its payments, the actions available to the reader."""
    batch = load(Batch, id)
    payments = batches.payments(batch)
    total = sum((payment.amount for payment in payments), Decimal(0))
    found = _worded(available(batch), len(payments), amount(total, batch.fund.currency))
    return page("batches/show.html", batch=batch, payments=payments, total=total, offers=found, **_hands(batch, found))


def _tabs(*, ended: bool) -> list[dict[str, Any]]:
    return [
        {"title": gettext("In progress"), "url": url_for(".index"), "present": not ended},
        {"title": gettext("Ended"), "url": url_for(".index", ended=1), "present": ended},
    ]


def _once(fund: Fund, chosen: list[int]) -> str:
    """The URL of the batch of these instalments, or of the one that the same form has already prepared."""
    body = repr((fund.id, chosen)).encode()
    key = request.form.get("idempotency_key", "")
    return idempotency.perform(key, person=principal().id or 0, body=body, do=lambda: _prepared(fund, chosen))


def _prepared(fund: Fund, chosen: list[int]) -> str:
    """Prepare the batch and return its URL; 404 if an instalment is not visible to the reader."""
    if batches.visible_among(chosen, principal()) != chosen:
        abort(404)
    return url_for(".show", id=deeds.prepare(fund=fund, instalments=chosen, actor=actor_on_row(fund, Role.FINANCE)).id)


def _worded(found: list[dict[str, Any]], count: int, total: str) -> list[dict[str, Any]]:
    """Put the number and total of the payments on the release button."""
    title = ngettext("Release %(num)s payment, %(total)s", "Release %(num)s payments, %(total)s", count, total=total)
    return [
        {**offer, "transition": replace(offer["transition"], title=title)}
        if offer["transition"].key == "release"
        else offer
        for offer in found
    ]


def _hands(batch: Batch, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Who must act on the batch, who has acted, and its history."""
    events = entries(history.of(batch, principal()))
    return {
        "people": _people(batch, found),
        "step": _step(batch, found),
        "waits": _waits(batch, found),
        "events": events,
    }


def _mine(batch: Batch, found: list[dict[str, Any]]) -> bool:
    """Whether the reader can apply the next transition."""
    return any(offer["transition"].key == NEXT.get(batch.step) and not offer["reasons"] for offer in found)


def _step(batch: Batch, found: list[dict[str, Any]]) -> Step:
    """The batch's step, marked as held by the reader or by another person in finance."""
    if batch.step not in NEXT:
        return STEPS[batch.step]
    return replace(STEPS[batch.step], holder=Holder.APPLICANT if _mine(batch, found) else Holder.OURS)


def _waits(batch: Batch, found: list[dict[str, Any]]) -> str | None:
    if batch.step not in NEXT:
        return None
    return gettext("waiting for you") if _mine(batch, found) else gettext("waiting for another person in finance")


def _people(batch: Batch, found: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The three people of the batch, done or still to act; the next one says whether it is the reader."""
    known = batches.people(batch)
    actions = (
        (gettext("Prepared"), batch.prepared_by, batch.prepared_at),
        (gettext("Approved"), batch.approved_by, batch.approved_at),
        (gettext("Released"), batch.released_by, batch.released_at),
    )
    items = [
        {"role": role, "name": known[person].name, "note": instant(at), "state": "done"}
        for role, person, at in actions
        if person and at
    ]
    if batch.step in NEXT:
        items.append(
            _waiting(gettext("Approve") if batch.step == "prepared" else gettext("Release"), mine=_mine(batch, found))
        )
    if batch.step == "prepared":
        items.append(
            {
                "role": gettext("Release"),
                "name": gettext("A third person"),
                "note": gettext("after approval"),
                "state": "",
            }
        )
    return items


def _waiting(role: str, *, mine: bool) -> dict[str, str]:
    name = gettext("You") if mine else gettext("Another person in finance")
    note = (
        gettext("read the list of payments below first")
        if mine
        else gettext("not a person who prepared or approved this batch or decided on an award in it")
    )
    return {"role": role, "name": name, "note": note, "state": "applicant"}
