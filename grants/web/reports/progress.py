"""A report's indicators and spending, prepared for the macros of indicators and budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext

from grants.models import Report, ReportFigure, ReportSpending
from grants.queries.reports import used as used_in_all
from grants.web.site.formats import amount, number

START, TARGET, EDGES = 4.0, 76.0, (1.0, 97.0)
"""Percent along the axis: baseline, target, and the limits of the mark, with room for values beyond the target."""
ZERO = Decimal(0)
TOLERANCE = Decimal(10)
"""Percent over a budget line above which a reason is required."""


def indicators(report: Report) -> list[dict[str, Any]]:
    """One row per indicator of the report."""
    return [_indicator(figure) for figure in report.figures]


def _indicator(figure: ReportFigure) -> dict[str, Any]:
    goal, share = figure.indicator, share_of_the_way(figure)
    reached = share is not None and share >= 1
    now_at = min(max(START + (TARGET - START) * float(share or 0), EDGES[0]), EDGES[1])
    row = {
        "name": f"{goal.name}, {goal.unit}" if goal.unit else goal.name,
        "source": figure.source or goal.how,
        "reached": reached,
        "start": number(goal.baseline),
        "now": number(figure.actual),
        "target": number(goal.target),
        "start_at": START,
        "now_at": now_at,
        "target_at": TARGET,
        "words": _words(figure, share),
    }
    if goal.less_is_better:
        row |= {"start_at": 100 - START, "now_at": 100 - now_at, "target_at": 100 - TARGET}
    return row


def share_of_the_way(figure: ReportFigure) -> Decimal | None:
    """0 at the baseline, 1 at the target, above 1 beyond it; None if baseline, target or figure is missing."""
    goal = figure.indicator
    if figure.actual is None or goal.baseline is None or goal.target is None:
        return None
    if goal.target == goal.baseline:
        return Decimal(1) if figure.actual >= goal.target else Decimal(0)
    return (figure.actual - goal.baseline) / (goal.target - goal.baseline)


def _words(figure: ReportFigure, share: Decimal | None) -> str:
    goal = figure.indicator
    if figure.actual is None:
        return gettext("Not measured yet")
    if share is None:
        return gettext("No baseline or target set")
    if share >= 1:
        return gettext("Target reached")
    if goal.less_is_better and goal.baseline and goal.target is not None:
        less, wanted = ((goal.baseline - value) / goal.baseline * 100 for value in (figure.actual, goal.target))
        return gettext("Not yet: reduced by %(less)s %%, target %(wanted)s %%", less=round(less), wanted=round(wanted))
    return gettext("Not yet: %(share)s %% of the way", share=round(share * 100))


def money_used(report: Report) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One row per budget line, and the totals."""
    currency = report.award.currency
    approved = sum((spent.line.agreed or ZERO for spent in report.spending), ZERO)
    used = used_in_all(report)
    sums = {"approved": approved, "used": used, "left": approved - used}
    return (
        [_line(spent, currency, final=report.kind == "final") for spent in report.spending],
        {name: amount(value, currency, code=False) for name, value in sums.items()},
    )


def _line(spent: ReportSpending, currency: str, *, final: bool) -> dict[str, Any]:
    approved, used = spent.line.agreed or ZERO, spent.spent
    off = Decimal(0) if used is None or not approved else ((used - approved) / approved * 100).quantize(Decimal(1))
    share = float(used / approved * 100) if used is not None and approved else 0.0
    return {
        "what": spent.line.what,
        "why": spent.explanation,
        "approved": amount(approved, currency, code=False),
        "used": amount(used, currency, code=False),
        "left": amount(None if used is None else approved - used, currency, code=False),
        "off": _off(used, off, final=final),
        "tone": "late" if off > TOLERANCE else "",
        "share": share,
    }


def _off(used: Decimal | None, off: Decimal, *, final: bool) -> str:
    """The deviation from the plan; before the final report, unspent money is none."""
    if used is None:
        return "–"
    if off == 0 or (off < 0 and not final):
        return gettext("as planned")
    return f"{'+' if off > 0 else '−'}{abs(off)}\N{NO-BREAK SPACE}%"
