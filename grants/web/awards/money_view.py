"""The money of an award: its balances in the ledger, the fund that pays, and unspent funds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext, ngettext

from grants.access.permissions import Permission
from grants.models import Award, Repayment
from grants.queries.cases.awards import used as amount_used
from grants.queries.money import awards
from grants.queries.money.awards import Held
from grants.web.awards import instalments
from grants.web.awards.instalments import InstalmentRow
from grants.web.site.authorization import principal
from grants.web.site.components import Link
from grants.web.site.formats import amount
from grants.web.transitions import Offer


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """A part of the money bar. kind: paid, returned (a part of paid), in_transit, payable or planned."""

    kind: str
    amount: Decimal
    figure: str
    text: str


@dataclass(frozen=True, slots=True)
class MoneyView:
    """Balances and instalments. fund: the fund that pays, for readers who may see funds."""

    held: Held
    parts: Sequence[MoneyPart]
    instalments: Sequence[InstalmentRow]
    fund: Link | None


@dataclass(frozen=True, slots=True)
class Returns:
    """Unspent funds. used: None until all reports are approved and all instalments are paid."""

    rows: Sequence[Repayment]
    used: Decimal | None
    offers: Sequence[Offer]


def of(award: Award) -> MoneyView:
    """The award's balances in the ledger, and its instalments."""
    held = awards.held([award.id])[award.id]
    payments = awards.payments(award)
    return MoneyView(
        held=held,
        parts=_parts(award, held, sum(payment.paid_at is not None for payment in payments.values())),
        instalments=instalments.rows(award, payments),
        fund=_fund(award),
    )


def returns(award: Award, made: Sequence[Offer]) -> Returns | None:
    """Unspent funds, repayments and finance's form to record one; None if none of these applies."""
    rows = awards.repayments(award)
    record = [offer for offer in made if offer.transition.key == "returned" and not offer.reasons]
    if not (rows or award.unused or record):
        return None
    settled = award.unused or award.to_close or award.application.step == "closed"
    return Returns(rows, used=amount_used(award) if settled else None, offers=record)


def _fund(award: Award) -> Link | None:
    fund = award.application.call.fund
    return Link(fund.title, url_for("funds.show", id=fund.id)) if principal().may(Permission.READ_FUND) else None


def _parts(award: Award, held: Held, count: int) -> list[MoneyPart]:
    """The parts of the money bar. count: number of payments made."""
    paid = ngettext("paid, in %(num)s payment", "paid, in %(num)s payments", count) if count else gettext("paid")
    parts = [
        _part(award, "paid", held.paid, paid),
        _part(award, "returned", held.returned, gettext("of which returned")),
        _part(award, "in_transit", held.in_transit, gettext("released, not yet confirmed by the bank")),
        _part(award, "payable", held.payable, gettext("payable, not yet released")),
        _part(award, "planned", held.planned, gettext("planned, not all conditions met yet")),
    ]
    return [part for part in parts if part.amount or part.kind in {"paid", "payable", "planned"}]


def _part(award: Award, kind: str, value: Decimal, text: str) -> MoneyPart:
    return MoneyPart(kind, value, amount(value, award.currency, code=False), text)
