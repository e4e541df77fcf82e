"""The public page of a call: who can apply, the maximum grant, the requirements, how we decide and pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext, ngettext

from grants.db import now
from grants.models import Call
from grants.services.letters import answer_time, answered_by
from grants.web.applications.status import ROLES
from grants.web.calls import rules_text
from grants.web.site.authorization import principal
from grants.web.site.formats import day, translate
from workflows.engine.roles import Role
from workflows.programme import CallRules, InstalmentPlan, ReportSchedule
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class Payment:
    """An instalment: its share of the grant, such as "50 %", and what it is paid after."""

    share: str
    when: str


@dataclass(frozen=True, slots=True)
class ReportDue:
    """A report that a funded project submits, and when."""

    title: str
    when: str


@dataclass(frozen=True, slots=True)
class CallPage:
    """One call. applicants: who can apply. hear: when they get a decision. rules: as sentences.

    may_apply: the reader is not signed in, or is an applicant. decides: the role that decides on awards.
    """

    call: Call
    lead: str
    applicants: str
    hear: str
    open: bool
    may_apply: bool
    rules: Sequence[str]
    decides: str
    payments: Sequence[Payment]
    reports: Sequence[ReportDue]


def show(call: Call) -> CallPage:
    """The public page of this call."""
    rules, programme = call.data, programmes()[call.programme]
    return CallPage(
        call=call,
        lead=translate(programme.lead),
        applicants=rules_text.applicants_text(rules, programme),
        hear=hear(call),
        open=_open(call),
        may_apply=not principal().id or Role.APPLICANT in principal().roles,
        rules=[rules_text.text(spec, rules, call.currency) for spec in rules.rules],
        decides=_decides(call),
        payments=[_payment(plan, rules) for plan in rules.instalments],
        reports=[ReportDue(translate(report.title), _due(report)) for report in rules.reports],
    )


def hear(call: Call) -> str:
    """When applicants get a decision, as text."""
    span = answer_time(call.data)
    if any(key.endswith("_hours") for key in call.data.clock):
        return gettext("%(hours)s hours after the alert", hours=int(span / timedelta(hours=1)))
    if call.closes_at is not None:
        return day(answered_by(call, call.closes_at).date(), "year")
    return ngettext("%(num)s day after submission", "%(num)s days after submission", span.days)


def _open(call: Call) -> bool:
    return call.step == "open" and call.opens_at <= (at := now()) and (call.closes_at is None or at < call.closes_at)


def _decides(call: Call) -> str:
    """The role that decides on awards, from the flow."""
    transitions = programmes()[call.programme].flow.transitions
    award = next((transition for transition in transitions if transition.target == "agreement"), None)
    role = ROLES.get(award.roles[0]) if award else None
    return translate(role) if role else ""


def _payment(plan: InstalmentPlan, rules: CallRules) -> Payment:
    conditions = []
    for condition in plan.conditions:
        kind, _, number = condition.partition(":")
        title = rules.reports[int(number) - 1].title if number else ""
        conditions.append(
            gettext("when both sides have signed the agreement")
            if kind == "agreement"
            else gettext("when we have approved “%(report)s”", report=translate(title))
        )
    return Payment(f"{plan.percent.normalize():f}\N{NARROW NO-BREAK SPACE}%", ", ".join(conditions))


def _due(report: ReportSchedule) -> str:
    days = ngettext("%(num)s day", "%(num)s days", report.days)
    if report.at == "end":
        return gettext("within %(days)s of the end of the project", days=days)
    if not report.months:
        return gettext("%(days)s after the start", days=days)
    months = ngettext("%(num)s month", "%(num)s months", report.months)
    if not report.days:
        return gettext("%(months)s after the start", months=months)
    return gettext("%(months)s after the start, plus %(days)s to write it", months=months, days=days)
