"""Reports of the grantee: schedule, save, submit, approve, send back with questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from grants.db import db, now
from grants.models import Award, Report, ReportFigure, ReportSpending
from grants.services import locking
from grants.services.applications import involvements
from grants.services.effects import Context
from grants.services.integrity import history
from grants.services.money import instalments
from grants.services.refusals import Refused, Stale
from workflows.deadlines import due_days
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.programme import ReportSchedule


def owe(award: Award, schedules: Sequence[ReportSchedule], *, actor: Actor) -> None:
    """Create the reports of an award with their due dates, each with a row for every indicator and budget line."""
    days = due_days(schedules, award.starts_on, award.ends_on)
    for number, (schedule, day) in enumerate(zip(schedules, days, strict=True), 1):
        report = Report(award=award, number=number, title=schedule.title, kind=schedule.kind, due_on=day, step="due")
        report.figures = [ReportFigure(indicator=indicator) for indicator in award.indicators]
        report.spending = [ReportSpending(line=line) for line in award.lines]
        db.session.add(report)
        db.session.flush()
        history.begin(
            report,
            actor=actor,
            message=Message("%(title)s is due on %(day)s", title=Message(schedule.title), day=report.due_on),
        )


def save(
    report: Report,
    *,
    texts: Mapping[str, Any],
    figures: Mapping[int, tuple[Decimal | None, str]],
    spending: Mapping[int, tuple[Decimal | None, str]],
    version: int,
    unread: Mapping[str, str] | None = None,
    actor: Actor,
) -> None:
    """Save a draft of a report, complete or not. Only the first edit of a person whom no event names yet is one.

    texts: column → text; figures: id → (actual, source); spending: id → (spent, explanation). unread: field name →
    text that was entered where a number is required and is not one. Raises Refused when the report has been
    submitted, and Stale when its version is no longer `version`.
    """
    locking.hold(report, actor=actor)
    if report.step != "due":
        raise Refused(Message("The report has been submitted and can no longer be changed."))
    if report.version != version:
        raise Stale(report)
    for name, value in texts.items():
        setattr(report, name, value)
    for figure in report.figures:
        if figure.id in figures:
            figure.actual, figure.source = figures[figure.id]
    for line in report.spending:
        if line.id in spending:
            line.spent, line.explanation = spending[line.id]
    report.unread, report.saved_at = dict(unread or {}), now()
    involvements.note_edit(report.award.application, "reported", actor=actor)
    db.session.flush()


def receive(report: Report, context: Context) -> None:
    """Record who submitted the report and when, and clear the question."""
    report.sent_by, report.sent_at, report.question = context.actor.person, now(), ""
    involvements.note(report.award.application, context.actor.person, "reported")
    db.session.flush()


def approve(report: Report, context: Context) -> None:
    """Record who approved the report and when, and make instalments payable whose conditions now hold.

    Then update whether the grant can be closed.
    """
    report.approved_by, report.approved_at = context.actor.person, now()
    db.session.flush()
    instalments.follow(report.award, context=context)
    instalments.settle([report.award])


def send_back(report: Report, context: Context) -> None:
    """Store the question on the report; it stays there until the report is submitted again."""
    report.question = context.answers["question"]
    db.session.flush()
