"""Snapshot of the impact report of one grant."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from reports.snapshots.facts import (
    Amount,
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
)


class Indicator(Fact):
    """A promise and what became of it. actual is None while nothing was measured.

    less_is_better turns the sense: a price or an outage is reached at or below its target.
    """

    name: Line
    unit: LineOrNothing = ""
    baseline: Quantity
    target: Quantity
    actual: Quantity | None
    source: LineOrNothing = ""
    less_is_better: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target is met; false while nothing was measured."""
        if self.actual is None:
            return False
        return self.actual <= self.target if self.less_is_better else self.actual >= self.target


class BudgetLine(Fact):
    """What was approved and used for one thing; the explanation is asked for above 10 % of variance."""

    what: Line
    category: Line
    approved: Amount
    used: Amount
    explanation: LineOrNothing = ""


class PaymentMade(Fact):
    """Money that left, and the day it left."""

    paid_on: date
    amount: Amount


class Quote(Fact):
    """Somebody's own words. Without consent they do not print, so consent is not a choice here."""

    words: Sentences
    name: Line
    role: LineOrNothing = ""
    consent: Literal[True]


class Picture(Fact):
    """A picture of the story, named by the hash of its file, with what is on it, where, by whom, with consent.

    The bytes come with `reports.render(snapshot, pictures={sha256: bytes})`: JPEG or PNG.
    """

    sha256: Sha256
    alternative: Line
    place: Line
    maker: Line
    consent: Literal[True]


class ImpactReport(Fact):
    """What one grant promised and did, in figures, money and words; `did_not_work` is never left out.

    starts_on and ends_on are the period reported on; amounts are in one currency.
    """

    kind: Literal["impact_report"] = "impact_report"
    schema_number: Literal[1] = 1
    number: Line
    version: int = Field(default=1, ge=1)
    language: Language
    issued_on: date
    demo: bool = False
    foundation: Foundation = Foundation(name="Internet Society Foundation")
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
    budget: tuple[BudgetLine, ...] = Field(default=(), max_length=120)
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
