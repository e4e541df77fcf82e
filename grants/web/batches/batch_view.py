"""The page of one batch: its payments, its three people and the actions available to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import gettext, ngettext

from grants.models import Batch, Payment
from grants.queries import history
from grants.queries.money import batches
from grants.web.site.authorization import principal
from grants.web.site.components import Signature
from grants.web.site.formats import amount, instant
from grants.web.site.timeline import Entry, entries
from grants.web.transitions import Offer, available
from workflows.engine.steps import Holder, Step
from workflows.flows.payment import BATCH

NEXT = {"prepared": "approve", "approved": "release"}
"""The transition that a batch is waiting for, by its step."""


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch. step: as the reader sees it. waits: for whom it is waiting, None if for nobody."""

    batch: Batch
    step: Step
    waits: str | None
    payments: Sequence[Payment]
    total: Decimal
    people: Sequence[Signature]
    offers: Sequence[Offer]
    events: Sequence[Entry]


def show(batch: Batch) -> BatchPage:
    """The page of this batch, as the reader may see it."""
    payments = batches.payments(batch)
    total = sum((payment.amount for payment in payments), Decimal(0))
    offers = _with_total(available(batch), len(payments), amount(total, batch.fund.currency))
    mine = any(offer.transition.key == NEXT.get(batch.step) and not offer.reasons for offer in offers)
    return BatchPage(
        batch=batch,
        step=_step(batch, mine=mine),
        waits=_waits(batch, mine=mine),
        payments=payments,
        total=total,
        people=_people(batch, mine=mine),
        offers=offers,
        events=entries(history.of(batch, principal())),
    )


def _with_total(offers: Sequence[Offer], count: int, total: str) -> list[Offer]:
    """Put the number and total of the payments on the buttons that approve and release them."""
    titles = {
        "approve": ngettext(
            "Approve %(num)s payment, %(total)s", "Approve %(num)s payments, %(total)s", count, total=total
        ),
        "release": ngettext(
            "Release %(num)s payment, %(total)s", "Release %(num)s payments, %(total)s", count, total=total
        ),
    }
    return [
        replace(offer, transition=replace(offer.transition, title=titles[offer.transition.key]))
        if offer.transition.key in titles
        else offer
        for offer in offers
    ]


def _step(batch: Batch, *, mine: bool) -> Step:
    """The batch's step, marked as held by the reader or by another person in finance."""
    if batch.step not in NEXT:
        return BATCH.step(batch.step)
    return replace(BATCH.step(batch.step), holder=Holder.APPLICANT if mine else Holder.OURS)


def _waits(batch: Batch, *, mine: bool) -> str | None:
    if batch.step not in NEXT:
        return None
    return gettext("waiting for you") if mine else gettext("waiting for another member of the finance team")


def _people(batch: Batch, *, mine: bool) -> list[Signature]:
    """The people who have acted on the batch and those who must still act. mine: the reader is next."""
    known = batches.people(batch)
    actions = (
        (gettext("Prepared"), batch.prepared_by, batch.prepared_at),
        (gettext("Approved"), batch.approved_by, batch.approved_at),
        (gettext("Released"), batch.released_by, batch.released_at),
    )
    done = [
        Signature(role=role, name=known[person].name, note=instant(at), state="done")
        for role, person, at in actions
        if person and at
    ]
    if batch.step == "prepared":
        third = Signature(
            role=gettext("Release"), name=gettext("A third person"), note=gettext("after approval"), state=""
        )
        return [*done, _next(gettext("Approve"), mine=mine), third]
    return [*done, _next(gettext("Release"), mine=mine)] if batch.step == "approved" else done


def _next(role: str, *, mine: bool) -> Signature:
    if mine:
        note = gettext("check the payments below first")
        return Signature(role=role, name=gettext("You"), note=note, state="applicant")
    return Signature(
        role=role,
        name=gettext("Another member of the finance team"),
        note=gettext("someone who has not prepared or approved this batch or decided on an award in it"),
        state="applicant",
    )
