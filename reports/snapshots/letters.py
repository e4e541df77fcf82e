"""Snapshots of the letters to applicants: award letter, decline letter, acknowledgement of receipt."""

from __future__ import annotations

import operator
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
StageName = Literal["alert", "statement", "proposal"]
ConditionKey = Literal[
    "agreement_signed",
    "award_condition_met",
    "bank_verified",
    "report_approved",
    "certificate_received",
    "co_funding_confirmed",
]
ActionKey = Literal["sign_agreement", "give_bank_details", "send_report", "send_certificate", "answer_letter"]


# A field that is left out of a snapshot with its usual value is stored as in earlier releases.
Stage = Annotated[StageName, Field(exclude_if=lambda stage: stage == "proposal")]


def _utc_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


class Condition(Fact):
    """A condition for the payment of an instalment.

    `report_approved` names the report and its due date; a progress report also has a number.
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
    """A planned payment and its conditions, all of which must be met."""

    number: int = Field(ge=1)
    amount: Amount
    conditions: tuple[Condition, ...] = Field(default=(), max_length=6)


class Duty(Fact):
    """A task of the recipient and its due date.

    about: the number of the agreement for `sign_agreement`, the legal name for `give_bank_details`, the certificate
    for `send_certificate`. `send_report` names the report instead.
    """

    by: date
    deed: ActionKey
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
    """The award letter: amount, payments and the tasks of the recipient.

    conditions: sentences written by the person who decided, in the language of the letter, printed unchanged.
    asked: the amount requested, if the award is only a part of it.
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
            raise ValueError(f"the requested amount must be more than the award, in {self.currency}")
        if self.ends_on <= self.starts_on:
            raise ValueError("the project ends before it starts")
        return self


class Feedback(Fact):
    """The reasons for the decision on one point, without names; without a heading where there is only one point."""

    heading: LineOrNothing = ""
    text: Text


class Score(Fact):
    """The score of the project, the average score of funded projects, and the maximum (`most`)."""

    own: Quantity
    funded_average: Quantity
    most: Quantity


class DeclineLetter(Letter):
    """The decline letter: reasons, and what the applicant can do.

    stage: what was declined. eligible: false if the application does not meet the rules of the call. received, funded:
    numbers of applications in the same call. so_far: these numbers can still change, because the call is open or an
    application is undecided.
    """

    kind: Literal["decline_letter"] = "decline_letter"
    stage: Stage = "proposal"
    eligible: Annotated[bool, Field(exclude_if=bool)] = True
    received: int = Field(ge=1)
    funded: int = Field(ge=0)
    so_far: Annotated[bool, Field(exclude_if=operator.not_)] = False
    score: Score | None = None
    feedback: tuple[Feedback, ...] = Field(min_length=1, max_length=20)
    appeal_until: date
    next_call: LineOrNothing = ""
    contact: Person
    signatory: Person


class SubmittedFile(Fact):
    """A file submitted with the proposal. size: bytes."""

    name: Line
    size: int = Field(ge=0)
    sha256: Sha256


class Receipt(Letter):
    """The acknowledgement of receipt of a proposal, with the SHA-256 of everything submitted.

    stage: what was submitted. submitted_at: an instant with a time zone, stored in UTC to the second. asked: the amount
    requested, not printed for an alert. replaces: the number of the receipt for the earlier version, if this is a
    revised one.
    """

    kind: Literal["receipt"] = "receipt"
    stage: Stage = "proposal"
    submitted_at: Annotated[AwareDatetime, AfterValidator(_utc_second)]
    submitted_by: Line
    submitted_sha256: Sha256
    asked: Amount
    currency: Currency
    files: tuple[SubmittedFile, ...] = Field(default=(), max_length=60)
    answer_by: date
    replaces: Annotated[LineOrNothing, Field(exclude_if=lambda number: not number)] = ""
    contact: Person

    @model_validator(mode="after")
    def _exact(self) -> Self:
        if not fits_currency(self.asked, self.currency):
            raise ValueError(f"the amount has more decimals than {self.currency} has")
        return self
