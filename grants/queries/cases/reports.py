"""The facts about a report that the guards of its flow read."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Report
from grants.queries import completeness
from grants.queries.applications import involvements
from workflows import cases


def case(row: Report) -> cases.ReportCase:
    """The case of a report."""
    earlier = db.session.scalars(
        select(Report.title)
        .where(Report.award_id == row.award_id, Report.number < row.number, Report.step != "approved")
        .order_by(Report.number)
    )
    return cases.ReportCase(
        step=row.step,
        missing=tuple(completeness.of(row)),
        application=row.award.application.step,
        agreement=row.award.agreement.step,
        earlier_open=tuple(earlier),
        sent_by=row.sent_by,
        involvements=involvements.of(row.award.application),
    )
