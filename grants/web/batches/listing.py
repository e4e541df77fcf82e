"""The list of batches, and the funds with payable instalments that are in no batch yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.models import Batch, Fund
from grants.queries.money import batches
from grants.web.site.authorization import principal
from grants.web.site.components import Tab
from grants.web.site.pagination import Pages, page_position, pages
from workflows.engine.steps import Step
from workflows.flows.payment import BATCH


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch of the list. count, total: of its payments."""

    batch: Batch
    step: Step
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class FundRow:
    """A fund with payable instalments that are in no batch: their number and sum."""

    fund: Fund
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """The batches in progress or, if `ended`, the others. waiting: only for a reader who may prepare a batch."""

    rows: Sequence[BatchRow]
    waiting: Sequence[FundRow]
    ended: bool
    tabs: Sequence[Tab]
    pages: Pages


def index(*, ended: bool) -> BatchesPage:
    """The list that the reader may see."""
    found, after = batches.listed(principal(), ended=ended, before=page_position("before"))
    waiting = batches.funds_to_pay(principal()) if principal().may(Permission.PREPARE_BATCH) else []
    return BatchesPage(
        rows=[BatchRow(batch, BATCH.step(batch.step), count, total) for batch, count, total in found],
        waiting=[FundRow(fund, count, total) for fund, count, total in waiting],
        ended=ended,
        tabs=[
            Tab(gettext("In progress"), url_for("batches.index"), present=not ended),
            Tab(gettext("Paid or cancelled"), url_for("batches.index", ended=1), present=ended),
        ],
        pages=pages(after, "batches.index", ended=1 if ended else None),
    )
