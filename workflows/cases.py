"""The facts that rules read, in one frozen dataclass for each flow.

A case is filled with a bounded number of queries. Rules must work for any case, so every fact has a default that means
"nothing yet".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from workflows.deadlines import ends_at
from workflows.engine.message import Message
from workflows.programme import RuleSpec

ZERO = Decimal(0)


Kind = Literal["chapter", "nonprofit", "university", "individual"]
Standing = Literal["in_formation", "good_standing", "pre_rejuvenation", "rejuvenation", "dechartered"]
"""The standing of a chapter with its parent organisation; every other applicant is in good standing."""

KINDS: dict[str, Message] = {
    "chapter": Message("Chapter"),
    "nonprofit": Message("Non-profit organisation"),
    "university": Message("University"),
    "individual": Message("Individual"),
}
"""The name of each type of applicant."""
KINDS_IN_SENTENCES: dict[str, Message] = {
    "chapter": Message("Internet Society chapters"),
    "nonprofit": Message("non-profit organisations"),
    "university": Message("universities"),
    "individual": Message("individual researchers"),
}
"""The applicants of each type, as part of a sentence."""

STANDINGS: dict[str, Message] = {
    "in_formation": Message("In formation"),
    "good_standing": Message("Good standing"),
    "pre_rejuvenation": Message("Pre-rejuvenation"),
    "rejuvenation": Message("Rejuvenation"),
    "dechartered": Message("Dechartered"),
}
"""The name of each standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Facts about the applying organisation.

    held: its current grants; held_amounts: their sum by currency, because amounts of different currencies are never
    added. unverified: it registered itself and the Foundation has not verified it.
    """

    name: str = ""
    kind: str = "chapter"
    country: str = ""
    standing: str = "good_standing"
    contacts: int = 0
    overdue: tuple[str, ...] = ()
    held: int = 0
    held_amounts: Mapping[str, Decimal] = field(default_factory=dict)
    unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Facts about the call. least: the smallest award of which every instalment pays something."""

    title: str = ""
    step: str = "open"
    currency: str = "USD"
    most: Decimal = ZERO
    months_most: int = 0
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    envelope_left: Decimal = ZERO
    least: Decimal = ZERO
    rules: tuple[RuleSpec, ...] = ()
    clock: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Involvements:
    """People who must not judge an application, by id.

    applicants: on the applicant's side at any time since the draft began. rivals: on the side of another application of
    the call. reviewers: those who have opened the application as a reviewer. invited: those with an open invitation to
    review that they have not opened. conflicted: those with a declared conflict of interest that has not been lifted.
    """

    applicants: frozenset[int] = frozenset()
    rivals: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    invited: frozenset[int] = frozenset()
    conflicted: frozenset[int] = frozenset()

    @property
    def disqualified(self) -> frozenset[int]:
        """Those whose earlier judgement of the application no longer counts."""
        return self.applicants | self.rivals | self.conflicted


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCase:
    """A call, from preparation to closing. arrived_at: time of the database's clock when the request arrived."""

    step: str = "draft"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    arrived_at: datetime
    closes_at: datetime | None = None
    envelope_left: Decimal = ZERO
    involvements: Involvements = Involvements()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCase:
    """An application, from draft to closing. Amounts are in the call's currency.

    arrived_at: time of the database's clock when the request arrived. step_at: when the step was reached. reminded_at:
    when the clock last reminded of it. more_time_until: the deadline that was given to this applicant alone. missing: a
    message for each incomplete part of the form. changed: whether the content differs from what was sent last.
    recommended_by: the person whose recommendation counts. recommenders: also those whose own was sent back. deciders:
    the names of those who act for the applicant and have decided in the call, while something is to be submitted.
    """

    step: str = "draft"
    step_at: datetime | None = None
    reminded_at: datetime | None = None
    stage: str = "proposal"
    answers: Mapping[str, Any] = field(default_factory=dict)
    arrived_at: datetime
    applicant: Applicant = Applicant()
    round: Round = Round()
    more_time_until: datetime | None = None
    missing: tuple[Message, ...] = ()
    changed: bool = True
    invited_until: datetime | None = None
    asked: Decimal = ZERO
    indirect: Decimal = ZERO
    cofunding: Decimal = ZERO
    months: int = 0
    starts_on: date | None = None
    happened_on: date | None = None
    partners: int = 0
    checks_open: int = 0
    checks_failed: tuple[str, ...] = ()
    checked_by: frozenset[int] = frozenset()
    reviews_needed: int = 0
    reviews_in: int = 0
    reviewers: int = 0
    recommendation: str | None = None
    recommended_by: int | None = None
    recommenders: frozenset[int] = frozenset()
    involvements: Involvements = Involvements()
    deciders: tuple[str, ...] = ()
    agreement: str | None = None
    sign_until: date | None = None
    reports_open: int = 0
    instalments_open: int = 0
    unused: Decimal = ZERO

    def time_limit_ends_at(self, step: str, *, reminder: bool = False) -> datetime | None:
        """When the time limit of the step ends, which the call sets; None if there is none.

        reminder: when it ends again after the last reminder.
        """
        began = (self.reminded_at if reminder else None) or self.step_at
        return ends_at(self.round.clock, step, began) if began else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCase:
    """The invitation of a reviewer to an application.

    reviewer: the person invited. in_review: the application is in review with the submission of the invitation.
    decided: there is a decision on it. appointed: the reviewer is appointed for the call. applicant, rival: the
    reviewer is or was on the side of the applicant, or of another applicant of the call. unfit: every reason not to
    invite them. missing: a message for each incomplete part of the review.
    """

    step: str = "asked"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    reviewer: int | None = None
    in_review: bool = False
    decided: bool = False
    appointed: bool = False
    applicant: bool = False
    rival: bool = False
    involvements: Involvements = Involvements()
    unfit: tuple[Message, ...] = ()
    missing: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCase:
    """A grant agreement, from its first signature on.

    application: step of its application. judges: those who completed checks, reviewed, recommended, or decided at any
    stage.
    returnable: the most that can be returned, in `currency`. references: bank references of funds returned earlier.
    left_on: the day on which the first payment was released to the bank. contacts: the confirmed contacts of the
    grantee; contacts_required: how many the call requires before it signs.
    """

    step: str = "to_sign"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    arrived_at: datetime
    application: str | None = None
    signed_by: int | None = None
    judges: frozenset[int] = frozenset()
    returnable: Decimal = ZERO
    references: tuple[str, ...] = ()
    left_on: date | None = None
    contacts: int = 0
    contacts_required: int = 0
    currency: str = "USD"
    involvements: Involvements = Involvements()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCase:
    """A report of the grantee."""

    step: str = "due"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[Message, ...] = ()
    application: str | None = None
    agreement: str | None = None
    earlier_open: tuple[str, ...] = ()
    sent_by: int | None = None
    involvements: Involvements = Involvements()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentCase:
    """A planned share of an award. waits_for: a message for each condition that is not met."""

    step: str = "planned"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    application: str | None = None
    waits_for: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCase:
    """A batch of payments that go to the bank together."""

    step: str = "prepared"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    prepared_by: int | None = None
    approved_by: int | None = None
    released_by: int | None = None
    award_makers: frozenset[int] = frozenset()
    involvements: Involvements = Involvements()
    payments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationCase:
    """The verification of an organisation. members: those who act for it now or ever did.

    rivals: those with a role who have acted for another applicant to a call to which it has applied.
    """

    step: str = "registered"
    stage: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    members: frozenset[int] = frozenset()
    rivals: frozenset[int] = frozenset()
