"""When a call's grants are paid and reported on, as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from grants.web.site.formats import in_sentence, percent, translate
from workflows.programme import CallRules, InstalmentPlan, ReportSchedule


@dataclass(frozen=True, slots=True)
class Payment:
    """An instalment: its share of the grant, such as "50%", and what it is paid after."""

    share: str
    when: str


@dataclass(frozen=True, slots=True)
class ReportDue:
    """A report that a funded project submits, and when."""

    title: str
    when: str


def payments(rules: CallRules) -> Sequence[Payment]:
    """The instalments of a grant in order."""
    return [_payment(plan, rules) for plan in rules.instalments]


def reports(rules: CallRules) -> Sequence[ReportDue]:
    """The reports of a grant in order."""
    return [ReportDue(translate(report.title), _due(report)) for report in rules.reports]


def _payment(plan: InstalmentPlan, rules: CallRules) -> Payment:
    conditions = []
    for condition in plan.conditions:
        kind, _, number = condition.partition(":")
        if kind == "agreement":
            conditions.append(gettext("when both parties have signed the agreement"))
        else:
            title = in_sentence(translate(rules.reports[int(number) - 1].title))
            conditions.append(gettext("when we have approved the %(report)s", report=title))
    return Payment(percent(plan.percent), ", ".join(conditions))


def _due(report: ReportSchedule) -> str:
    days = ngettext("%(num)s day", "%(num)s days", report.days)
    if report.at == "end":
        return gettext("within %(days)s of the end of the project", days=days)
    if not report.months:
        return gettext("within %(days)s of the start of the project", days=days)
    if not report.days:
        return gettext("at the end of month %(months)s", months=report.months)
    return gettext("within %(days)s of the end of month %(months)s", days=days, months=report.months)
