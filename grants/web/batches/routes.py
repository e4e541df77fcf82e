"""Batches of payments: prepared, approved and released by three people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.batches import BatchForm
from grants.models import Batch, Fund, Instalment
from grants.queries.money import batches
from grants.services.money import batches as commands
from grants.web.batches import batch_view, listing
from grants.web.site.actions import action
from grants.web.site.authorization import actor_on_row, load, permitted, principal
from grants.web.site.errors import AGAINST, shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import Texts, labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Role
from workflows.forms.values import whole

bp = Blueprint("batches", __name__)


@dataclass(frozen=True, slots=True)
class NewBatchPage:
    """The form to choose among the payable instalments of a fund."""

    fund: Fund
    rows: Sequence[Instalment]
    form: BatchForm


@bp.get("/batches")
@permitted(Permission.READ_BATCH)
def index() -> str:
    """The batches in progress or ended, and the funds with payable instalments."""
    return page("batches/index.html", listing.index(ended=request.args.get("ended") == "1"))


@bp.get("/batches/new")
@permitted(Permission.PREPARE_BATCH)
def new() -> str:
    """The form to choose among the payable instalments of a fund."""
    return page("batches/new.html", _choice(load(Fund, request.args.get("fund", 0, type=whole))))


@bp.post("/batches")
@permitted(Permission.PREPARE_BATCH)
@action(N_("Prepare batch"))
@labelled(lambda unread: _chosen(unread.sent, unread.permission))
@idempotent
def prepare() -> Response | tuple[str, int]:
    """Prepare a batch of the chosen instalments."""
    view = _chosen(request.form)
    if not view.form.sent():
        return page("batches/new.html", view), 422
    try:
        with transaction():
            target = _prepared(view.fund, sorted(set(view.form.instalments.data or [])))
    except AGAINST as wrong:
        return shown_again(lambda: page("batches/new.html", _chosen(request.form)), wrong)
    return redirect(target)


@bp.get("/batches/<int:id>")
@permitted(Permission.READ_BATCH)
def show(id: int) -> str:
    """One batch: its total, its three signatories, its payments, the actions available to the reader."""
    return page("batches/show.html", batch_view.show(load(Batch, id)))


def _chosen(sent: Texts, permission: Permission | None = None) -> NewBatchPage:
    return _choice(load(Fund, sent.get("fund", 0, type=whole), permission))


def _choice(fund: Fund) -> NewBatchPage:
    rows = batches.payable(fund, principal())
    return NewBatchPage(fund, rows, BatchForm.over([row.id for row in rows]))


def _prepared(fund: Fund, chosen: list[int]) -> str:
    """Prepare the batch and return its URL; 404 if an instalment is not visible to the reader."""
    if batches.visible_among(chosen, principal()) != chosen:
        abort(404)
    batch = commands.prepare(fund=fund, instalments=chosen, actor=actor_on_row(fund, Role.FINANCE))
    return url_for(".show", id=batch.id)
