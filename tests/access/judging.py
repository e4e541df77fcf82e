"""Everything that a role of the Foundation does with an application, as commands on the data of `cast`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func

from grants.db import db, today
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Check,
    Conflict,
    Instalment,
    Payment,
    Person,
    Report,
    Score,
)
from grants.services import transitions
from grants.services.applications import checks
from grants.services.money import batches
from grants.services.reviews import assignments, conflicts, scores
from workflows.engine.roles import Actor, Role

WORDS = "The plan is sound, and the costs rest on three quotes from the region."
SIGNED: dict[str, Any] = {"name": "Ivo Demo", "read": True}
RETURNED: dict[str, Any] = {"amount": Decimal(500), "day": today, "reference": "B-2026-78"}
OFFICER, APPROVER, FINANCE, REVIEWER = Role.OFFICER, Role.APPROVER, Role.FINANCE, Role.REVIEWER


@dataclass(frozen=True)
class Action:
    """What a person does. model, row: what it is about, by its placeholder in `cast`.

    do: the command. harm: what is stored once it is done, and harmed: what that then is. judges: whether a reviewer of
    the application must not do it either.
    """

    key: str
    model: type[Any]
    row: str
    role: Role
    do: Callable[[Any, Actor], object]
    harm: Callable[[Any], object]
    harmed: object
    judges: bool = False

    @property
    def id(self) -> str:
        """The name in test reports."""
        return f"{self.row}-{self.key}"


def taken(
    model: type[Any], row: str, key: str, role: Role, step: str, *, judges: bool = False, **answers: Any
) -> Action:
    """A transition. step: where it leads."""

    def do(one: Any, actor: Actor) -> None:
        given = {name: value() if callable(value) else value for name, value in answers.items()}
        transitions.apply(one, key, actor=actor, answers=given)

    return Action(key, model, row, role, do, lambda one: one.step, step, judges)


def awarded(row: str, role: Role, amount: int) -> Action:
    """An award of that amount."""
    given = {"amount": Decimal(amount), "conditions": ""}

    def do(one: Application, actor: Actor) -> None:
        transitions.apply(one, "award", actor=actor, answers=given)

    def harm(one: Application) -> object:
        return db.session.query(Award.amount).filter_by(application_id=one.id).scalar()

    return Action("award", Application, row, role, do, harm, Decimal(amount), judges=True)


def checked(one: Application, actor: Actor) -> None:
    """A verdict on an eligibility check."""
    assert one.submission is not None
    checks.give(one, submission=one.submission.number, key="standing", verdict="failed", note=WORDS, actor=actor)


def invited(one: Application, actor: Actor) -> None:
    """An invitation to review."""
    reviewer = db.session.query(Person).filter_by(email="rhea@example.org").one()
    assignments.assign(application=one, reviewer=reviewer, actor=actor)


def scored(one: Assignment, actor: Actor) -> None:
    """Full marks, saved and not sent."""
    assert one.review is not None
    full: dict[str, tuple[int | None, str]] = {c.key: (5, WORDS) for c in one.application.call.data.rubric}
    texts = {"strengths": WORDS, "concerns": WORDS, "questions": ""}
    given: dict[str, Any] = {"fund": True, "amount": one.application.asked, "confidence": 5}
    scores.save(one.review, scores=full, texts=texts, actor=actor, **given)


def paid(one: Award, actor: Actor) -> None:
    """A batch with the payable instalments of the award."""
    payable = [instalment.id for instalment in one.instalments if instalment.step == "payable"]
    batches.prepare(fund=one.application.call.fund, instalments=payable, actor=actor)


def lifted(one: Conflict, actor: Actor) -> None:
    """The end of another person's conflict of interest."""
    conflicts.lift(one, reason=WORDS, actor=actor)


def failed(one: Application) -> object:
    """The verdicts by which the application fails."""
    return db.session.query(Check).filter_by(submission_id=one.submission_id, verdict="failed").count()


def asked(one: Application) -> object:
    """Whether Rhea may review the application."""
    rhea = db.session.query(Person.id).filter_by(email="rhea@example.org").scalar()
    return db.session.query(Assignment.step).filter_by(application_id=one.id, person_id=rhea).scalar()


def marks(one: Assignment) -> object:
    """The lowest mark of the review."""
    assert one.review is not None
    return db.session.query(func.min(Score.points)).filter_by(review_id=one.review.id).scalar()


def payments(one: Award) -> object:
    """The payments of the award that are on their way."""
    return db.session.query(Payment).join(Instalment).filter(Instalment.award_id == one.id, ~Payment.undone).count()


DECIDING: dict[str, Any] = {"judges": True, "feedback": WORDS}
RECOMMENDED: dict[str, Any] = {
    "kind": "award",
    "amount": Decimal(9_000),
    "conditions": "",
    "feedback": "",
    "judges": True,
}

ACTIONS = (
    Action("check", Application, "checked", OFFICER, checked, failed, 1, judges=True),
    taken(Application, "checked", "ask", OFFICER, "question", judges=True, question=WORDS),
    taken(Application, "checked", "pass", OFFICER, "review", judges=True),
    taken(Application, "checked", "not_eligible", OFFICER, "not_eligible", **DECIDING),
    taken(Application, "triage", "accept", OFFICER, "draft", judges=True),
    Action("assign", Application, "reviewed", OFFICER, invited, asked, "asked", judges=True),
    taken(Assignment, "spare_assignment", "withdraw", OFFICER, "withdrawn", judges=True, reason=WORDS),
    taken(Assignment, "declined_assignment", "invite_again", OFFICER, "asked", judges=True),
    Action("lift", Conflict, "conflict", OFFICER, lifted, lambda one: one.lifted_at is not None, True, judges=True),
    taken(Application, "ready", "to_panel", OFFICER, "panel", judges=True),
    taken(Application, "statement", "invite", OFFICER, "draft", judges=True),
    taken(Application, "statement", "decline_statement", OFFICER, "declined", **DECIDING),
    taken(Application, "panel", "recommend", OFFICER, "decision", **RECOMMENDED),
    awarded("reviewed", OFFICER, 2_000),
    awarded("decision", APPROVER, 9_000),
    taken(Application, "decision", "decline", APPROVER, "declined", **DECIDING),
    taken(Application, "decision", "back_to_panel", APPROVER, "panel", judges=True, reason=WORDS),
    taken(Application, "urgent", "back_to_review", APPROVER, "review", judges=True, reason=WORDS),
    taken(Application, "lapsed", "take_back", APPROVER, "terminated", judges=True, reason=WORDS),
    taken(Application, "half", "refuse", APPROVER, "terminated", judges=True, reason=WORDS),
    taken(Agreement, "half_agreement", "countersign", OFFICER, "signed", **SIGNED),
    taken(Agreement, "half_agreement", "countersign", APPROVER, "signed", **SIGNED),
    taken(Agreement, "conditional_agreement", "met", OFFICER, "signed", proof=WORDS),
    taken(Agreement, "left_agreement", "returned", FINANCE, "signed", **RETURNED),
    taken(Report, "received", "approve", OFFICER, "approved"),
    taken(Report, "received", "send_back", OFFICER, "due", question=WORDS),
    Action("prepare", Award, "award", FINANCE, paid, payments, 1),
    taken(Batch, "batch", "approve", FINANCE, "approved"),
    taken(Batch, "batch", "undo", FINANCE, "withdrawn", reason=WORDS),
    taken(Batch, "approved_batch", "release", FINANCE, "released"),
    taken(Batch, "released_batch", "confirm", FINANCE, "paid"),
    taken(Application, "settled", "close", OFFICER, "closed"),
)
"""What staff do, in the order of a grant's life."""

REVIEWING = (
    taken(Assignment, "spare_assignment", "clear", REVIEWER, "ready", none=True),
    Action("save", Assignment, "assignment", REVIEWER, scored, marks, 5),
    taken(Assignment, "assignment", "send", REVIEWER, "sent"),
)
"""What Rex does as a reviewer."""
