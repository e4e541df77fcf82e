"""The facts about an instalment that the guards of its flow read, and its conditions."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Instalment, Report
from workflows import cases
from workflows.engine.message import Message


def case(row: Instalment) -> cases.InstalmentCase:
    """The case of an instalment."""
    return cases.InstalmentCase(
        step=row.step,
        application=row.award.application.step,
        waits_for=tuple(message for message, holds in conditions(row) if not holds),
    )


def conditions(row: Instalment) -> list[tuple[Message, bool]]:
    """Each condition of an instalment as a message, and whether it is met."""
    reports = {
        r.number: r
        for r in db.session.scalars(select(Report).where(Report.award_id == row.award_id).order_by(Report.number))
    }
    found: list[tuple[Message, bool]] = []
    for condition in row.conditions:
        kind, _, number = condition.partition(":")
        if kind == "agreement":
            found.append((Message("Agreement signed by both parties"), row.award.agreement.step == "signed"))
        elif kind == "condition":
            found.append((Message("Condition of the award met"), not row.award.conditional))
        else:
            report = reports[int(number)]
            found.append(
                (
                    Message("%(report)s approved (due on %(day)s)", report=Message(report.title), day=report.due_on),
                    report.step == "approved",
                )
            )
    found += [
        (Message("Instalment %(number)s payable", number=one.number), False)
        for one in row.award.instalments
        if one.number < row.number and one.step == "planned" and found and all(holds for _, holds in found)
    ]
    return found
