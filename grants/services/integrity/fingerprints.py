"""Fingerprints: the hash of the values of a row that may change only together with an event in history.

The event stores the fingerprint, and `grants verify` computes it again. A report that is not sent has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

from sqlalchemy import select

from grants.db import Model, db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Batch,
    Call,
    Instalment,
    Membership,
    Report,
    Review,
    Submission,
)
from grants.queries import awards
from workflows.forms.completeness import Content, Goal, Line
from workflows.forms.contents import unpacked_answers


@singledispatch
def of(row: Any) -> str | None:
    """SHA-256 of the row's settled values; None while they may change freely. Raises TypeError for other models."""
    raise TypeError(f"{type(row).__name__} has no fingerprint")


@of.register
def _(row: Application) -> str:
    """The application with its submissions, whose content `submissions.problems` compares with their hashes."""
    sent = select(Submission).where(Submission.application_id == row.id).order_by(Submission.number)
    return _hash(
        _columns(row, "step", "step_at", "version", "words"), [_submission(one) for one in db.session.scalars(sent)]
    )


@of.register
def _(row: Agreement) -> str:
    award = row.award
    came_back = [_columns(one) for one in awards.repayments(award)]
    return _hash(
        _columns(row, "divided_at", "step", "step_at", "version"),
        _columns(award, "to_close", "unused", "back_by"),
        [[line.id, line.agreed] for line in award.lines],
        *([came_back] if came_back else []),
    )


@of.register
def _(row: Instalment) -> str:
    return _hash(_columns(row, "step", "step_at", "waits", "version"))


@of.register
def _(row: Batch) -> str:
    payments = sorted(row.payments, key=lambda payment: payment.id)
    return _hash(_columns(row, "step", "step_at", "version"), [_columns(payment) for payment in payments])


@of.register
def _(row: Report) -> str | None:
    if row.step == "due":
        return None
    figures = [[figure.id, figure.actual, figure.source] for figure in row.figures]
    spending = [[spent.id, spent.spent, spent.explanation] for spent in row.spending]
    return _hash(_columns(row, "step", "step_at", "version"), figures, spending)


@of.register
def _(row: Call) -> str | None:
    return None if row.step == "draft" else _hash(_columns(row, "step", "step_at", "version", "closes_at"))


@of.register
def _(row: Assignment) -> str:
    columns = _columns(row, "version", "step", "step_at") | {"state": row.step}
    return _hash(columns, _review(row.review) if row.step == "sent" else None)


@of.register(Appointment)
@of.register(Membership)
def _(row: Appointment | Membership) -> str:
    return _hash(_columns(row))


def _review(review: Review | None) -> list[Any]:
    """The columns of a review, and its scores by criterion."""
    if review is None:
        return []
    scores = sorted((score.criterion, score.points, score.comment) for score in review.scores)
    return [_columns(review, "saved_at"), scores]


def _submission(row: Submission) -> list[Any]:
    """The columns of a submission; also the hash of its content if `sha256` is not that."""
    return [_columns(row), *([] if row.preserved else [of_stored(row)])]


def of_stored(row: Submission) -> str:
    """SHA-256 of what is stored of a submission, as `of_content` calculates it when it is sent."""
    content = Content(
        answers=unpacked_answers(row.written.content or {}),
        lines=[Line(line.what, line.category, line.quantity, line.unit_cost) for line in row.lines],
        goals=[Goal(one.name, one.unit, one.baseline, one.target, one.how) for one in row.indicators],
    )
    return of_content(content, [line.total for line in row.lines], salt=row.salt, answer=row.written.answer)


def of_content(content: Content, totals: Sequence[Decimal] = (), *, salt: str, answer: str = "") -> str:
    """SHA-256 of a proposal as canonical JSON: answers, budget lines, indicators, the answer to a question, the salt.

    totals: of the lines, if they are stored. Without a salt, the form of releases up to 0.1, without an answer.
    """
    totals = totals or [line.total for line in content.lines]
    lines = [
        [line.what, line.category, line.quantity, line.unit_cost, total]
        for line, total in zip(content.lines, totals, strict=True)
    ]
    goals = [[goal.name, goal.unit, goal.baseline, goal.target, goal.how] for goal in content.goals]
    proposal = {"answers": content.answers, "budget": lines, "indicators": goals}
    return _hash({**proposal, "answer": answer, "salt": salt}) if salt else _hash(proposal)


def _columns(row: Model, *without: str) -> dict[str, Any]:
    """The columns of a row, without those that change later without a new fingerprint."""
    kept = [attribute for attribute in row.__mapper__.column_attrs if attribute.key not in without]
    return {attribute.key: getattr(row, attribute.key) for attribute in kept}


def _hash(*parts: Any) -> str:
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    """Dates, instants and amounts as text, equal whether the value comes from Python or from the database."""
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be hashed")
