"""What an application says so far, complete or not: the content, and the rules of the call that it breaks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, BudgetLine, Indicator
from workflows import cases
from workflows.engine.message import Message
from workflows.forms.completeness import Content, Goal, Line
from workflows.rules.calls import objections

ZERO = Decimal(0)


def written(row: Application) -> Content:
    """What has been written in an application, in the form that the rules read."""
    lines = db.session.scalars(
        select(BudgetLine).where(BudgetLine.application_id == row.id).order_by(BudgetLine.position)
    )
    goals = db.session.scalars(select(Indicator).where(Indicator.application_id == row.id).order_by(Indicator.position))
    places = get_currency_precision(row.call.currency)
    facts = {"title": row.title, "summary": row.summary, "starts_on": row.starts_on, "months": row.months}
    return Content(
        answers={**row.answers, **facts},
        lines=[Line(line.what, line.category, line.quantity, line.unit_cost, places) for line in lines],
        goals=[Goal(goal.name, goal.unit, goal.baseline, goal.target, goal.how) for goal in goals],
    )


def drafted_against(row: Application, content: Content) -> tuple[Message, ...]:
    """The rules of the call that a draft breaks so far; no facts about the applicant are looked up."""
    return objections(
        cases.ApplicationCase(
            arrived_at=now(),
            applicant=cases.Applicant(kind=row.organisation.kind),
            round=cases.Round(
                currency=row.call.currency,
                most=row.call.data.most,
                months_most=row.call.data.months_most,
                rules=row.call.data.rules,
            ),
            **request(row, content),
        ),
        "submit",
    )


def request(row: Application, content: Content) -> dict[str, Any]:
    """The fields of the case that come from the proposal itself."""
    return {
        "asked": row.asked,
        "months": row.months or 0,
        "indirect": sum((line.total for line in content.lines if line.category == "indirect"), ZERO),
        "cofunding": _number(row.answers.get("cofunding")),
        "starts_on": row.starts_on,
        "happened_on": _day(row.answers.get("happened_on")),
        "partners": _outside(row.answers.get("partners")),
    }


def _number(text: object) -> Decimal:
    try:
        return Decimal(str(text or 0))
    except ArithmeticError:
        return ZERO


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


def _outside(rows: object) -> int:
    """The number of partners from outside the Internet Society."""
    return sum(bool(row.get("outside")) for row in rows) if isinstance(rows, list) else 0
