"""Reports of the grantee: written, sent, approved or sent back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from grants.db import db, now
from grants.models import Report
from grants.services import awards, moves
from workflows.roles import Actor
from workflows.say import Say


def save(
    report: Report,
    *,
    texts: Mapping[str, Any],
    figures: Mapping[int, tuple[Decimal | None, str]],
    spending: Mapping[int, tuple[Decimal | None, str]],
    version: int,
) -> None:
    """Keep a report as it stands. figures: id → (actual, source); spending: id → (spent, explanation).

    Raises Refused once it is sent, Stale when somebody else saved in between.
    """
    db.session.refresh(report, with_for_update={"of": Report})
    if report.step != "due":
        raise moves.Refused(Say("The report is sent and can no longer be changed."))
    if report.version != version:
        raise moves.Stale(report)
    for name, value in texts.items():
        setattr(report, name, value)
    for figure in report.figures:
        if figure.id in figures:
            figure.actual, figure.source = figures[figure.id]
    for line in report.spending:
        if line.id in spending:
            line.spent, line.explanation = spending[line.id]
    report.saved_at = now()
    db.session.flush()


@moves.deed("reports.receive")
def receive(report: Report, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """It has arrived."""
    report.sent_by, report.sent_at, report.question = actor.person, now(), ""
    db.session.flush()


@moves.deed("reports.approve")
def approve(report: Report, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """What waited for it falls due."""
    report.approved_by, report.approved_at = actor.person, now()
    db.session.flush()
    awards.follow(report.award)


@moves.deed("reports.send_back")
def send_back(report: Report, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """The question stands on the report until it is sent again."""
    report.question = answers["question"]
    db.session.flush()
