"""Awards: money committed, agreement and plan made, letter ordered; and the closing at the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select

from grants.db import db, today
from grants.models import (
    Agreement,
    Application,
    Award,
    BudgetLine,
    Decision,
    Indicator,
    Instalment,
    Person,
    Report,
    ReportFigure,
    ReportSpending,
)
from grants.services import ledger, letters, moves, numbers
from workflows.programme import InstalmentPlan, ReportDuty
from workflows.proposal import add_months
from workflows.roles import CLOCK, Actor
from workflows.say import Say


@moves.deed("awards.make")
def make(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Commit the money, make agreement, instalments and reports, order the letter.

    Raises Refused when the envelope is spent meanwhile: the balance is read under the fund's lock.
    """
    ledger.lock(application.call.fund_id)
    starts = max(application.starts_on or today(), today())
    award = Award(
        application=application,
        amount=answers["amount"],
        currency=application.call.currency,
        conditions=answers.get("conditions") or "",
        starts_on=starts,
        ends_on=add_months(starts, application.months or 1),
        made_by=actor.person,
        number=numbers.take("A"),
    )
    agreement = Agreement(award=award, number=numbers.take("G"), step="to_sign")
    db.session.add_all([award, agreement, Decision(application_id=application.id, kind="award", by=actor.person)])
    db.session.flush()
    try:
        ledger.commit(award, actor=actor)
    except ledger.Overspent as spent:
        raise moves.Refused(spent.reason) from spent
    moves.begin(agreement, actor=actor, say=Say("Agreement made"))
    _plan(award, application.call.data.instalments, actor)
    _owe(award, application.call.data.reports, actor)
    letters.award_letter(award, signed_by=db.session.get_one(Person, actor.person))


def shares(amount: Decimal, currency: str, percents: list[Decimal]) -> list[Decimal]:
    """The amount cut by percentages, rounded to the currency's smallest unit; the last takes what rounding leaves."""
    unit = Decimal(1).scaleb(-get_currency_precision(currency))
    cut = [(amount * percent / 100).quantize(unit, rounding=ROUND_HALF_EVEN) for percent in percents[:-1]]
    return [*cut, amount - sum(cut, Decimal(0))]


def _plan(award: Award, plans: tuple[InstalmentPlan, ...], actor: Actor) -> None:
    amounts = shares(award.amount, award.currency, [plan.percent for plan in plans])
    for number, (plan, amount) in enumerate(zip(plans, amounts, strict=True), 1):
        instalment = Instalment(
            award=award, number=number, amount=amount, conditions=list(plan.conditions), step="planned"
        )
        db.session.add(instalment)
        db.session.flush()
        moves.begin(instalment, actor=actor, say=Say("Instalment %(number)s planned", number=number))


def _owe(award: Award, duties: tuple[ReportDuty, ...], actor: Actor) -> None:
    """The reports with their days, each with a row for every indicator and budget line."""
    indicators = list(
        db.session.scalars(
            select(Indicator).where(Indicator.application_id == award.application_id).order_by(Indicator.position)
        )
    )
    lines = list(
        db.session.scalars(
            select(BudgetLine).where(BudgetLine.application_id == award.application_id).order_by(BudgetLine.position)
        )
    )
    for number, duty in enumerate(duties, 1):
        report = Report(
            award=award, number=number, title=duty.title, kind=duty.kind, due_on=_due(award, duty), step="due"
        )
        report.figures = [ReportFigure(indicator=indicator) for indicator in indicators]
        report.spending = [ReportSpending(line=line) for line in lines]
        db.session.add(report)
        db.session.flush()
        moves.begin(report, actor=actor, say=Say("%(title)s is owed by %(day)s", title=duty.title, day=report.due_on))


def _due(award: Award, duty: ReportDuty) -> date:
    """Reports from the start never fall due after the project's end."""
    if duty.at == "end":
        return award.ends_on + timedelta(days=duty.days)
    after = add_months(award.starts_on, duty.months) if duty.months else award.starts_on
    return min(after, award.ends_on) + timedelta(days=duty.days)


@moves.deed("awards.close")
def close(application: Application, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Order the impact report."""
    letters.impact_report(db.session.scalars(select(Award).where(Award.application_id == application.id)).one())


def follow(award: Award) -> None:
    """Let whatever now can happen by itself happen: instalments whose conditions hold fall due."""
    for instalment in award.instalments:
        if instalment.step == "planned":
            try:
                moves.take(instalment, "fall_due", actor=CLOCK)
            except moves.Refused:
                continue
