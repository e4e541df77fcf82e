"""Grantee reports that are due, received or approved, and the instalments that wait for a report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import contains_eager

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Award, Instalment, Payment, Person, Report

PAGE = 25
STEPS = ("received", "due", "approved")


def listed(
    principal: Principal, step: str, *, after: tuple[date, int] | None = None
) -> tuple[list[Report], tuple[date, int] | None]:
    """A page of the reports at a step that the principal may see, and the position of the next page.

    Reports due soonest come first; approved reports are listed newest first.
    """
    place = tuple_(Report.due_on, Report.id)
    wanted = (
        select(Report)
        .join(Award, Award.id == Report.award_id)
        .join(Application, Application.id == Award.application_id)
        .where(Report.step == step, visible(Report, principal))
    )
    newest = step == "approved"
    if after is not None:
        wanted = wanted.where(place < after if newest else place > after)
    order = (Report.due_on.desc(), Report.id.desc()) if newest else (Report.due_on, Report.id)
    whole = (
        wanted.order_by(*order)
        .limit(PAGE + 1)
        .options(contains_eager(Report.award).contains_eager(Award.application).joinedload(Application.organisation))
    )
    rows = list(db.session.scalars(whole))
    return rows[:PAGE], (rows[PAGE - 1].due_on, rows[PAGE - 1].id) if len(rows) > PAGE else None


def waiting(report: Report) -> list[Instalment]:
    """The instalments that wait for this report."""
    wanted = select(Instalment).where(
        Instalment.award_id == report.award_id,
        Instalment.step == "planned",
        Instalment.conditions.contains([f"report:{report.number}"]),
    )
    return list(db.session.scalars(wanted.order_by(Instalment.number)))


def sender(report: Report) -> str:
    """The name of the person who submitted the report, or empty."""
    person = db.session.get(Person, report.sent_by) if report.sent_by else None
    return person.name if person else ""


def paid(report: Report) -> Decimal:
    """The amount paid to the grantee before the report was submitted; all that was paid while it is not submitted.

    In the award's currency.
    """
    wanted = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .join(Payment.instalment)
        .where(Instalment.award_id == report.award_id, Payment.paid_at.is_not(None))
    )
    if report.sent_at is not None:
        wanted = wanted.where(Payment.paid_at <= report.sent_at)
    return Decimal(db.session.scalar(wanted) or 0)


def used(report: Report) -> Decimal:
    """The amount used of all budget lines so far, according to the report."""
    return sum((line.spent for line in report.spending if line.spent is not None), Decimal(0))
