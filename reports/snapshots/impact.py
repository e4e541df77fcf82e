"""Snapshot of the impact report of one grant."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from reports.snapshots.facts import (
    Amount,
    Code,
    CountryCode,
    Currency,
    Fact,
    Foundation,
    Language,
    Line,
    LineOrNothing,
    Quantity,
    Sentences,
    Sha256,
    Text,
    WebAddress,
    fits_currency,
    foundation_of,
)


def with_unit(name: str, unit: str) -> str:
    """The name of an indicator with its unit, which is left out where the name contains it, also in the plural."""
    singular = re.sub(r"(?<=\w\w)s$", "", unit)
    contained = re.search(rf"(?<!\w){re.escape(singular)}s?(?!\w)", name, re.IGNORECASE)
    return name if not unit or contained else f"{name}, {unit}"


class Indicator(Fact):
    """A target and its result. actual is None if nothing was measured.

    less_is_better: the target is reached at or below its value, as for a price or an outage.
    """

    name: Line
    unit: LineOrNothing = ""
    baseline: Quantity
    target: Quantity
    actual: Quantity | None
    source: LineOrNothing = ""
    less_is_better: bool = False

    @property
    def label(self) -> str:
        """The name with its unit: "Download, Mbps"."""
        return with_unit(self.name, self.unit)

    @property
    def reached(self) -> bool:
        """Whether the target is met; false if nothing was measured."""
        if self.actual is None:
            return False
        return self.actual <= self.target if self.less_is_better else self.actual >= self.target


class BudgetLine(Fact):
    """The approved and the spent amount of a budget line; an explanation is required above 10 % of variance."""

    what: Line
    category: Line
    approved: Amount
    used: Amount
    explanation: LineOrNothing = ""


class PaymentMade(Fact):
    """A payment: its date and amount."""

    paid_on: date
    amount: Amount


class Quote(Fact):
    """A quotation. It can only be printed with consent, so consent must be true."""

    words: Sentences
    name: Line
    role: LineOrNothing = ""
    consent: Literal[True]


class Picture(Fact):
    """A picture, identified by the hash of its file: text alternative, place, author and consent.

    Pass its bytes, JPEG or PNG, to `reports.render(snapshot, pictures={sha256: bytes})`.
    """

    sha256: Sha256
    alternative: Line
    place: Line
    maker: Line
    consent: Literal[True]


class ImpactReport(Fact):
    """Targets, results, finances and story of one grant; `did_not_work` is required.

    starts_on and ends_on: the reporting period. All amounts are in one currency.
    """

    kind: Literal["impact_report"] = "impact_report"
    schema_number: Literal[1] = 1
    number: Line
    code: Code = ""
    version: int = Field(default=1, ge=1)
    language: Language
    issued_on: date
    demo: bool = False
    foundation: Foundation = Field(default_factory=foundation_of)
    title: Line
    chapter: Line
    country_code: CountryCode
    country: Line
    reference: Line
    programme: Line
    starts_on: date
    ends_on: date
    currency: Currency
    awarded: Amount
    paid: Amount
    returned: Amount
    indicators: tuple[Indicator, ...] = Field(default=(), max_length=40)
    budget: tuple[BudgetLine, ...] = Field(default=(), max_length=5_000)
    payments: tuple[PaymentMade, ...] = Field(default=(), max_length=40)
    summary: Text
    story: Text
    quotes: tuple[Quote, ...] = Field(default=(), max_length=4)
    picture: Picture | None = None
    did_not_work: Text
    next_steps: Text
    sources: Text
    check_url: WebAddress

    @model_validator(mode="after")
    def _money_adds_up(self) -> Self:
        amounts = [self.awarded, self.paid, self.returned]
        amounts += [line.approved for line in self.budget] + [line.used for line in self.budget]
        amounts += [payment.amount for payment in self.payments]
        if not all(fits_currency(amount, self.currency) for amount in amounts):
            raise ValueError(f"an amount has more decimals than {self.currency} has")
        if sum(payment.amount for payment in self.payments) != self.paid:
            raise ValueError("the payments do not sum to what was paid")
        if self.paid > self.awarded or self.returned > self.paid:
            raise ValueError("paid cannot exceed awarded, nor returned exceed paid")
        if self.ends_on < self.starts_on:
            raise ValueError("the period ends before it starts")
        return self
