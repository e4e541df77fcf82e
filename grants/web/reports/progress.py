"""A report to read: its indicators, its spending, automatic checks, and the time left for reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext

from grants.models import Instalment, Report, ReportFigure, ReportSpending
from grants.queries import reports
from grants.queries.cases.instalments import freed_by
from grants.queries.tasks.inbox import REPORT_AHEAD_DAYS
from grants.web.awards.instalments import become_payable
from grants.web.site import limits
from grants.web.site.authorization import principal
from grants.web.site.components import Check
from grants.web.site.formats import amount, current_day, day, number, percent
from grants.web.transitions import Offer, with_consequence
from reports.snapshots.impact import with_unit
from reports.wording import rounded
from workflows.deadlines import READING_DAYS, Elapsed, TimeLimit
from workflows.engine.message import N_
from workflows.engine.steps import STEPS, Step
from workflows.flows.report import FLOW

START, TARGET, EDGES = 4.0, 76.0, (1.0, 97.0)
"""Percent along the axis: baseline, target, and the limits of the mark, with room for values beyond the target."""
ZERO = Decimal(0)
TOLERANCE = Decimal(10)
"""Percent over a budget line above which a reason is required."""
RETURNED = N_("Returned with questions")


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator with its figures as text. *_at: places along its axis, in percent, mirrored if less is better."""

    name: str
    source: str
    reached: bool
    start: str
    now: str
    target: str
    start_at: float
    now_at: float
    target_at: float
    result: str


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """A budget line with its amounts as text. off: deviation from the plan; share: percent of the line spent."""

    what: str
    why: str
    approved: str
    used: str
    left: str
    off: str
    tone: str
    share: float


@dataclass(frozen=True, slots=True)
class SpendingTotals:
    """The totals of all budget lines, as text."""

    approved: str
    used: str
    left: str


@dataclass(frozen=True, slots=True)
class Spending:
    """The budget lines of a report with their totals."""

    lines: tuple[SpendingLine, ...]
    sums: SpendingTotals


@dataclass(frozen=True, slots=True)
class ReadingClock:
    """The Foundation's time to read a report: how far it has run, in words too, and the last day."""

    run: Elapsed
    text: str
    until: date


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report to read. waiting: instalments that depend on it; ours: whether the reader is not from the grantee.

    clock: None unless the report is submitted. sender: who submitted it, or empty.
    """

    report: Report
    step: Step
    offers: Sequence[Offer]
    indicators: tuple[IndicatorLine, ...]
    spending: Spending
    sender: str
    waiting: Sequence[Instalment]
    checks: tuple[Check, ...]
    clock: ReadingClock | None
    ours: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in a list, with its step."""

    report: Report
    step: Step


@dataclass(frozen=True, slots=True)
class UnsentPage:
    """A report that the grantee is still writing or revising, for staff: its due date, but not its text."""

    report: Report
    step: Step


def step_of(report: Report) -> Step:
    """The report's step; one returned with questions is named so, and one that is not due yet is planned."""
    step = FLOW.step(report.step)
    if step.key != "due":
        return step
    return replace(step, word=RETURNED) if report.question else step if is_due(report) else STEPS["planned"]


def is_due(report: Report) -> bool:
    """Whether the grantee is asked for the report now, as in their tasks: in the last weeks before its date."""
    return bool(report.question) or report.due_on <= current_day() + timedelta(days=REPORT_AHEAD_DAYS)


def ours(report: Report) -> bool:
    """Whether the reader is not from the grantee's organisation."""
    return report.award.application.organisation_id not in principal().organisations


def report_page(report: Report, offers: Sequence[Offer]) -> ReportPage:
    """One report: figures against targets, money used, texts, and the actions available to the reader."""
    if ours(report) and report.step == "received":
        offers = _with_amount(report, offers)
    return ReportPage(
        report=report,
        step=step_of(report),
        offers=offers,
        indicators=indicators(report),
        spending=money_used(report),
        sender=reports.sender(report),
        waiting=reports.waiting(report),
        checks=checks(report),
        clock=clock(report),
        ours=ours(report),
    )


def _with_amount(report: Report, offers: Sequence[Offer]) -> list[Offer]:
    """Name the money that the approval makes payable on its button, and the instalments below it."""
    freed = freed_by(report.award, f"report:{report.number}")
    if not freed:
        return with_consequence(offers, "approve", gettext("No instalment becomes payable."), payable=())
    total = amount(sum((one.amount for one in freed), ZERO), report.award.currency)
    title = gettext("Approve report and make %(amount)s payable", amount=total)
    text = become_payable(freed, report.award.currency)
    return with_consequence(offers, "approve", text, title, payable=[one.number for one in freed])


def clock(report: Report) -> ReadingClock | None:
    """The time to read a submitted report; None at any other step."""
    if report.step != "received":
        return None
    run = limits.running(report.step_at, TimeLimit(READING_DAYS))
    return ReadingClock(run, limits.counted(run), report.step_at.date() + timedelta(days=READING_DAYS))


def checks(report: Report) -> tuple[Check, ...]:
    """Automatic checks that save the reader a comparison by hand."""
    return (_period(report), _sources(report), _payments(report), *_consent(report))


def _period(report: Report) -> Check:
    """Whether the report falls into the project that it is about."""
    award, on = report.award, report.sent_at.date() if report.sent_at else current_day()
    dates = {"start": day(award.starts_on, "year"), "end": day(award.ends_on, "year")}
    if on < award.starts_on and report.sent_at:
        text = gettext("Submitted on %(on)s, before the project starts on %(start)s", on=day(on, "year"), **dates)
    elif on < award.starts_on:
        text = gettext("The project starts on %(start)s, so there is nothing to report yet", **dates)
    elif report.due_on < award.starts_on:
        text = gettext(
            "Due on %(due)s, before the project starts on %(start)s", due=day(report.due_on, "year"), **dates
        )
    elif report.kind == "final" and on < award.ends_on:
        text = (
            gettext("Submitted before the project ends on %(end)s", **dates)
            if report.sent_at
            else gettext("The project runs until %(end)s; the final report covers all of it", **dates)
        )
    else:
        return Check("tick", gettext("Within the project, which runs from %(start)s to %(end)s", **dates))
    return Check("diamond", text)


def too_early(report: Report) -> bool:
    """Whether the project has not begun, so that there is nothing to report."""
    return current_day() < report.award.starts_on


def _sources(report: Report) -> Check:
    if all(figure.source or figure.indicator.how for figure in report.figures):
        return Check("tick", gettext("Every indicator has a source"))
    return Check("diamond", gettext("An indicator has no source"))


def _payments(report: Report) -> Check:
    paid, used = reports.paid(report), reports.used(report)
    amounts = {"used": amount(used, report.award.currency), "paid": amount(paid, report.award.currency)}
    if report.sent_at is None and used <= paid:
        return Check("tick", gettext("%(used)s spent of the %(paid)s paid so far", **amounts))
    if report.sent_at is None:
        return Check("diamond", gettext("%(used)s spent, but only %(paid)s paid so far", **amounts))
    if used <= paid:
        return Check("tick", gettext("%(used)s spent of the %(paid)s paid before the report was submitted", **amounts))
    text = gettext("%(used)s spent, but only %(paid)s paid before the report was submitted", **amounts)
    return Check("diamond", text)


def _consent(report: Report) -> tuple[Check, ...]:
    if not report.story:
        return ()
    if report.story_consent:
        return (Check("tick", gettext("Consent given for the story")),)
    return (Check("cross", gettext("No consent given for the story")),)


def indicators(report: Report) -> tuple[IndicatorLine, ...]:
    """One line per indicator of the report."""
    return tuple(_indicator(figure) for figure in report.figures)


def _indicator(figure: ReportFigure) -> IndicatorLine:
    goal, share = figure.indicator, share_of_the_way(figure)
    now_at = min(max(START + (TARGET - START) * float(share or 0), EDGES[0]), EDGES[1])
    places = (START, now_at, TARGET)
    start_at, now_at, target_at = (100 - place for place in places) if goal.less_is_better else places
    return IndicatorLine(
        name=with_unit(goal.name, goal.unit),
        source=figure.source or goal.how,
        reached=share is not None and share >= 1,
        start=number(goal.baseline),
        now=number(figure.actual),
        target=number(goal.target),
        start_at=start_at,
        now_at=now_at,
        target_at=target_at,
        result=_result(figure, share),
    )


def share_of_the_way(figure: ReportFigure) -> Decimal | None:
    """0 at the baseline, 1 at the target, above 1 beyond it; None if baseline, target or figure is missing."""
    goal = figure.indicator
    if figure.actual is None or goal.baseline is None or goal.target is None:
        return None
    if goal.target == goal.baseline:
        return Decimal(1) if figure.actual >= goal.target else Decimal(0)
    return (figure.actual - goal.baseline) / (goal.target - goal.baseline)


def _result(figure: ReportFigure, share: Decimal | None) -> str:
    if figure.actual is None:
        return gettext("Not measured") if _final(figure) else gettext("Not measured yet")
    if share is None:
        return gettext("No baseline or target set")
    way = percent(round(rounded(share) * 100))
    if share >= 1 and figure.indicator.baseline == figure.indicator.target:
        return gettext("Target reached")
    if share >= 1:
        return gettext("Target reached: %(share)s of the planned change", share=way)
    if _final(figure):
        return gettext("Not reached: %(share)s of the planned change", share=way)
    return gettext("Not reached yet: %(share)s of the planned change", share=way)


def _final(figure: ReportFigure) -> bool:
    """Whether the figure is the last word: it stands in an approved final report."""
    return figure.report.kind == "final" and figure.report.step == "approved"


def money_used(report: Report) -> Spending:
    """One line per budget line, and the totals."""
    currency = report.award.currency
    approved = sum((spent.line.agreed for spent in report.spending), ZERO)
    used = reports.used(report)
    return Spending(
        lines=tuple(_line(spent, currency, final=report.kind == "final") for spent in report.spending),
        sums=SpendingTotals(
            approved=amount(approved, currency, code=False),
            used=amount(used, currency, code=False),
            left=amount(approved - used, currency, code=False),
        ),
    )


def _line(spent: ReportSpending, currency: str, *, final: bool) -> SpendingLine:
    approved, used = spent.line.agreed, spent.spent
    off = Decimal(0) if used is None or not approved else round((used - approved) / approved * 100, 1)
    return SpendingLine(
        what=spent.line.what,
        why=spent.explanation,
        approved=amount(approved, currency, code=False),
        used=amount(used, currency, code=False),
        left=amount(None if used is None else approved - used, currency, code=False),
        off=_off(used, off, final=final),
        tone="late" if off > TOLERANCE else "",
        share=float(used / approved * 100) if used is not None and approved else 0.0,
    )


def _off(used: Decimal | None, off: Decimal, *, final: bool) -> str:
    """The deviation from the budget; before the final report, money not spent yet is no deviation."""
    if used is None:
        return "–"
    if off < 0 and not final:
        return gettext("within budget")
    return f"{'+' if off > 0 else '−' if off < 0 else ''}{percent(abs(off))}"
