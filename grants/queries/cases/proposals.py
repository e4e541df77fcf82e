"""The content that the flow judges, complete or not, and the rules of the call that it breaks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from grants.models import Application
from grants.queries.applications import drafts, submissions
from workflows import cases
from workflows.engine.message import Message
from workflows.forms import values
from workflows.forms.completeness import Content
from workflows.rules.calls import objections

ZERO = Decimal(0)


def current(row: Application) -> Content:
    """What the flow judges: the draft while the applicant writes, otherwise the newest submission."""
    if row.step in drafts.WRITABLE or row.submission is None:
        return drafts.content(row)
    return submissions.content(row, row.submission)


def drafted_against(row: Application, content: Content, at: datetime) -> tuple[Message, ...]:
    """The rules of the call that a draft breaks so far at that instant; no facts about the applicant are looked up."""
    return objections(
        cases.ApplicationCase(
            arrived_at=at,
            applicant=cases.Applicant(kind=row.organisation.kind),
            round=cases.Round(
                currency=row.call.currency,
                most=row.call.data.most,
                months_most=row.call.data.months_most,
                rules=row.call.data.rules,
            ),
            **request(content),
        ),
        "submit",
    )


def request(content: Content) -> dict[str, Any]:
    """The fields of the case that come from the proposal itself."""
    answers = content.answers
    return {
        "asked": content.asked,
        "months": answers.get("months") or 0,
        "indirect": sum((line.total for line in content.lines if line.category == "indirect"), ZERO),
        "cofunding": _number(answers.get("cofunding")),
        "starts_on": answers.get("starts_on"),
        "happened_on": _day(answers.get("happened_on")),
        "partners": _outside(answers.get("partners")),
    }


def _number(text: object) -> Decimal:
    try:
        return values.number(text or 0)
    except ValueError:
        return ZERO


def _day(text: object) -> date | None:
    try:
        return values.day(text)
    except ValueError:
        return None


def _outside(rows: object) -> int:
    """The number of partners from outside the Internet Society."""
    return sum(bool(row.get("outside")) for row in rows) if isinstance(rows, list) else 0
