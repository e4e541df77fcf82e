"""Snapshots of the letters to applicants: award, decline, acknowledgement of receipt."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from reports.snapshots.facts import (
    Amount,
    Currency,
    Fact,
    Letter,
    Line,
    LineOrNothing,
    Person,
    Quantity,
    Sentences,
    Sha256,
    Text,
    fits_currency,
)

ReportName = Literal["interim", "final", "progress"]
ConditionKey = Literal[
    "agreement_signed",
    "award_condition_met",
    "bank_verified",
    "report_approved",
    "certificate_received",
    "co_funding_confirmed",
]
DeedKey = Literal["sign_agreement", "give_bank_details", "send_report", "send_certificate", "answer_letter"]


def _utc_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


class Condition(Fact):
    """Something that must be true before an instalment is paid.

    `report_approved` names the report and the day it is due; a progress report has its number too.
    """

    key: ConditionKey
    report: ReportName | None = None
    report_number: int | None = Field(default=None, ge=1)
    due_on: date | None = None

    @model_validator(mode="after")
    def _a_report_is_named(self) -> Self:
        if (self.key == "report_approved") != (self.report is not None and self.due_on is not None):
            raise ValueError("report_approved, and nothing else, names its report and due_on")
        if (self.report == "progress") != (self.report_number is not None):
            raise ValueError("a progress report, and no other, has a report_number")
        return self


class Instalment(Fact):
    """A planned payment and what must be true before it is paid (all of it)."""

    number: int = Field(ge=1)
    amount: Amount
    conditions: tuple[Condition, ...] = Field(default=(), max_length=6)


class Duty(Fact):
    """What the recipient has to do by a day.

    about: the agreement's number for `sign_agreement`, the legal name for `give_bank_details`, the
    certificate for `send_certificate`; `send_report` names the report instead.
    """

    by: date
    deed: DeedKey
    about: LineOrNothing = ""
    report: ReportName | None = None
    report_number: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.deed == "send_report") != (self.report is not None):
            raise ValueError("send_report, and nothing else, names its report")
        if (self.report == "progress") != (self.report_number is not None):
            raise ValueError("a progress report, and no other, has a report_number")
        if self.deed in {"sign_agreement", "give_bank_details", "send_certificate"} and not self.about:
            raise ValueError(f"{self.deed} needs about")
        return self


class AwardLetter(Letter):
    """The letter that says a project is funded: how much, when, and what the recipient has to do.

    `conditions` are sentences set by whoever decided, printed as written, in the letter's language. `asked` is given
    where the award is only a part of it.
    """

    kind: Literal["award_letter"] = "award_letter"
    amount: Amount
    asked: Amount | None = None
    currency: Currency
    months: int = Field(ge=1, le=120)
    starts_on: date
    ends_on: date
    reviewers_count: int = Field(ge=0, le=20)
    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=24)
    conditions: tuple[Sentences, ...] = Field(default=(), max_length=12)
    duties: tuple[Duty, ...] = Field(default=(), max_length=24)
    contact: Person
    signatory: Person

    @model_validator(mode="after")
    def _sums_and_days_agree(self) -> Self:
        if sum((one.amount for one in self.instalments), Decimal()) != self.amount:
            raise ValueError("the instalments do not sum to the amount")
        if not all(fits_currency(one.amount, self.currency) for one in self.instalments):
            raise ValueError(f"an amount has more decimals than {self.currency} has")
        if self.asked is not None and not (self.asked > self.amount and fits_currency(self.asked, self.currency)):
            raise ValueError(f"what was asked for is more than the award, in {self.currency}")
        if self.ends_on <= self.starts_on:
            raise ValueError("the project ends before it starts")
        return self


class Feedback(Fact):
    """What the reviewers said on one point, compiled; it names nobody."""

    heading: Line
    text: Text


class Score(Fact):
    """The project's own score beside the average of those that were funded, out of `most`."""

    own: Quantity
    funded_average: Quantity
    most: Quantity


class DeclineLetter(Letter):
    """The letter that says a project is not funded, why, and what can be done about it.

    received and funded count the proposals of the same call.
    """

    kind: Literal["decline_letter"] = "decline_letter"
    received: int = Field(ge=1)
    funded: int = Field(ge=0)
    score: Score | None = None
    feedback: tuple[Feedback, ...] = Field(min_length=1, max_length=20)
    appeal_until: date
    next_call: LineOrNothing = ""
    contact: Person
    signatory: Person


class SubmittedFile(Fact):
    """A file that came with the proposal. size: bytes."""

    name: Line
    size: int = Field(ge=0)
    sha256: Sha256


class Receipt(Letter):
    """The acknowledgement that a proposal arrived, with the SHA-256 of exactly what arrived.

    submitted_at: an instant with its zone, kept in UTC to the second. asked: what was asked for.
    """

    kind: Literal["receipt"] = "receipt"
    submitted_at: Annotated[AwareDatetime, AfterValidator(_utc_second)]
    submitted_by: Line
    submitted_sha256: Sha256
    asked: Amount
    currency: Currency
    files: tuple[SubmittedFile, ...] = Field(default=(), max_length=60)
    answer_by: date
    contact: Person

    @model_validator(mode="after")
    def _exact(self) -> Self:
        if not fits_currency(self.asked, self.currency):
            raise ValueError(f"the amount has more decimals than {self.currency} has")
        return self
