"""Cases to start from: an empty one, and one in which every rule holds; each test changes one fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from workflows.cases import AgreementCase, Applicant, ApplicationCase, BatchCase, InstalmentCase, ReportCase, Round
from workflows.engine.flow import Flow, Guard
from workflows.engine.message import Money
from workflows.engine.roles import CLOCK, Actor, Role
from workflows.flows import agreement, payment, report
from workflows.programmes import programmes

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MORNING = datetime(2026, 11, 30, 9, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)

APPLICANT, OFFICER, APPROVER, FINANCE = (
    Actor(person, role)
    for person, role in enumerate((Role.APPLICANT, Role.OFFICER, Role.APPROVER, Role.FINANCE), start=1)
)

EMPTY = ApplicationCase(arrived_at=NOON)

READY = ApplicationCase(
    arrived_at=NOON,
    step_at=MORNING,
    answers={
        "amount": Decimal(4_000),
        "kind": "award",
        "feedback": "The plan is sound and the need is measured; the costs rest on quotes.",
        "question": "Who owns the building?",
        "reason": "The budget has changed.",
    },
    applicant=Applicant(name="Chapter (demo)", country="MG", contacts=2),
    round=Round(
        title="First round",
        most=Decimal(5_000),
        months_most=12,
        opens_at=MORNING,
        closes_at=MIDNIGHT,
        envelope_left=Decimal(9_000),
        clock={"question_days": 1, "triage_hours": 12, "review_hours": 24, "decision_hours": 12},
    ),
    asked=Decimal(5_000),
    cofunding=Decimal(1_250),
    months=12,
    starts_on=date(2027, 3, 1),
    partners=1,
    reviews_needed=2,
    reviews_in=2,
    recommendation="award",
    agreement="signed",
)

SIGNED = {
    "name": "Hanta (demo)",
    "read": True,
    "amount": Decimal(100),
    "day": NOON.date(),
    "reference": "B-1",
    "proof": "The owner is named.",
}
OTHERS: dict[str, tuple[Any, Any]] = {
    agreement.FLOW.name: (
        AgreementCase(arrived_at=NOON),
        AgreementCase(
            arrived_at=NOON,
            application="withdrawn",
            answers=SIGNED,
            signed_by=1,
            returnable=Decimal(900),
            references=("B-0",),
            left_on=NOON.date(),
        ),
    ),
    report.FLOW.name: (
        ReportCase(),
        ReportCase(application="withdrawn", agreement="signed", answers={"question": "Which school is it?"}),
    ),
    payment.INSTALMENT.name: (InstalmentCase(), InstalmentCase(application="withdrawn")),
    payment.BATCH.name: (
        BatchCase(),
        BatchCase(payments=6, prepared_by=28, approved_by=29, answers={"reason": "a b c"}),
    ),
}
"""An empty case and a ready one, by the name of the flow."""

FLOWS: dict[str, Flow] = {
    **{programme.flow.name: programme.flow for programme in programmes().values()},
    **{flow.name: flow for flow in (agreement.FLOW, report.FLOW, payment.INSTALMENT, payment.BATCH)},
}


def actor(role: Role) -> Actor:
    """A person in that role, or the clock; a person has the same id in every role."""
    return CLOCK if role is Role.CLOCK else Actor(list(Role).index(role) + 1, role)


def places(flow: Flow, *, past: Guard | None = None) -> tuple[tuple[str, str], ...]:
    """Each step with each stage that a case can have there; transitions with the rule `past` are left out."""
    begins = next((transition.stage or "" for transition in flow.transitions if transition.next_stage), "")
    found = {(step, begins): None for step in flow.starts}
    waiting = list(found)
    while waiting:
        step, stage = waiting.pop(0)
        for transition in (m for m in flow.transitions if m.here(step, stage) and past not in m.guards):
            place = (transition.target, transition.next_stage or stage)
            if place not in found:
                found[place] = None
                waiting.append(place)
    return tuple(found)


def usd(amount: str) -> str:
    """An amount as it appears in an English message."""
    return str(Money(Decimal(amount), "USD"))


def round_with(**facts: object) -> Round:
    """The ready call with other facts."""
    return replace(READY.round, **facts)  # type: ignore[arg-type]


def applicant_with(**facts: object) -> Applicant:
    """The ready applicant with other facts."""
    return replace(READY.applicant, **facts)  # type: ignore[arg-type]
