"""The instalments of an award: the status of each, its conditions and what happens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from grants.models import Award, Batch, Instalment, Payment
from grants.queries.cases.instalments import conditions as conditions_instalments
from grants.queries.money import awards
from grants.web.site.authorization import principal
from grants.web.site.components import Check
from grants.web.site.formats import amount, day, percent, reference, translate
from workflows.engine.message import Message
from workflows.engine.steps import Step
from workflows.flows.payment import BATCH, INSTALMENT

UNPAID = {
    "planned": Message("It becomes payable automatically when all conditions are met."),
    "payable": Message("Finance includes it in the next payment batch."),
    "withdrawn": Message("It was cancelled and will not be paid."),
}
"""What happens next to an instalment without a payment, by its step."""

IN_BATCH = {
    "prepared": Message("%(batch)s is waiting for approval by a second person."),
    "approved": Message("%(batch)s is approved and is waiting for release by a third person."),
    "released": Message("%(batch)s has been released and is waiting for confirmation by the bank."),
    "paid": Message("%(batch)s was confirmed by the bank on %(day)s."),
}
"""What happens next to an instalment in a batch, by the step of the batch, for readers who may open it."""

UNDER_WAY = {
    "prepared": Message("We are preparing the payment."),
    "approved": Message("The payment has been approved and will be released next."),
    "released": Message("The payment has been released. The bank has not confirmed it yet."),
    "paid": Message("Paid. The bank confirmed the payment on %(day)s."),
}
"""The same for all other readers, such as the grantee."""


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    """One instalment. share: its part of the award, such as "50%". on: since when or on which day it has its step."""

    number: int
    figure: str
    share: str
    step: Step
    on: str
    conditions: Sequence[Check]
    next: Markup


def rows(award: Award, payments: Mapping[int, Payment]) -> list[InstalmentRow]:
    """The instalments in order. payments: by the id of the instalment."""
    open_to_me = awards.batches(award, principal()) if payments else frozenset()
    return [_row(instalment, award, payments.get(instalment.id), open_to_me) for instalment in award.instalments]


def become_payable(freed: Sequence[Instalment], currency: str) -> str:
    """What becomes payable by an action, a sentence for each instalment."""
    return " ".join(
        gettext(
            "Instalment %(number)s, %(amount)s, becomes payable.",
            number=one.number,
            amount=amount(one.amount, currency),
        )
        for one in freed
    )


def _row(row: Instalment, award: Award, payment: Payment | None, open_to_me: frozenset[int]) -> InstalmentRow:
    step, on = _step(row, payment)
    return InstalmentRow(
        number=row.number,
        figure=amount(row.amount, award.currency, code=False),
        share=percent(round(100 * row.amount / award.amount, 1)),
        step=INSTALMENT.step(step) if step in INSTALMENT.steps else BATCH.step(step),
        on=on,
        conditions=[
            Check("tick" if met else "ring", translate(message)) for message, met in conditions_instalments(row)
        ],
        next=_next(row, payment, open_to_me),
    )


def _step(row: Instalment, payment: Payment | None) -> tuple[str, str]:
    """The step of an instalment, continued by that of its payment, and the day it was reached."""
    if payment and payment.paid_at:
        return "paid", day(payment.paid_at.date(), "year")
    if payment and payment.batch.step == "released":
        return "released", gettext("on %(day)s", day=day(payment.batch.step_at.date(), "short"))
    if row.step == "payable":
        return "payable", gettext("since %(day)s", day=day(row.step_at.date(), "short"))
    return row.step, ""


def _next(row: Instalment, payment: Payment | None, open_to_me: frozenset[int]) -> Markup:
    """What happens next to an instalment; its batch is named, as a link, only for readers who may open it."""
    if payment is None:
        return escape(translate(UNPAID[row.step]))
    texts = IN_BATCH if payment.batch.id in open_to_me else UNDER_WAY
    return escape(translate(texts[payment.batch.step])) % {
        "batch": _linked(payment.batch),
        "day": day(payment.paid_at.date(), "year") if payment.paid_at else "",
    }


def _linked(batch: Batch) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url_for("batches.show", id=batch.id), reference(batch.number))
