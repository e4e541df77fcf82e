"""The public page of a call: who can apply, the maximum grant, the requirements, how we decide and pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext, ngettext

from grants.db import now
from grants.models import Call
from grants.queries import calls
from grants.services.letters import answer_time, answered_by, decides_in_hours
from grants.web.applications.status import ROLES
from grants.web.calls import rules_text, schedule_text
from grants.web.calls.schedule_text import Payment, ReportDue
from grants.web.site.authorization import principal
from grants.web.site.formats import day, translate
from workflows.engine.roles import Role
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class CallPage:
    """One call. applicants: who can apply. hear: when they get a decision. rules: the other rules as sentences.

    opens: when it opens, while that is ahead. may_apply: the reader is not signed in, or is an applicant. panel: a
    panel discusses the scores. decides: the role that decides on awards. closed_early: when it was closed, if that was
    before its deadline.
    """

    call: Call
    lead: str
    applicants: str
    hear: str
    open: bool
    opens: datetime | None
    closed_early: datetime | None
    may_apply: bool
    rules: Sequence[str]
    panel: bool
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
        opens=call.opens_at if call.scheduled(now()) else None,
        closed_early=_closed_early(call),
        may_apply=not principal().id or Role.APPLICANT in principal().roles,
        rules=rules_text.other_rules(rules, call.currency),
        panel="panel" in programme.flow.steps,
        decides=_decides(call),
        payments=schedule_text.payments(rules),
        reports=schedule_text.reports(rules),
    )


def hear(call: Call) -> str:
    """When applicants get a decision, as text; in a call with several stages, an answer to what they submit first."""
    span = answer_time(call.data)
    if decides_in_hours(call.data):
        return gettext("within %(hours)s hours of the alert", hours=int(span / timedelta(hours=1)))
    first, until = call.data.stages[0], call.closes_at and day(answered_by(call, call.closes_at).date(), "year")
    if until and len(call.data.stages) > 1:
        return gettext("%(stage)s: decision by %(day)s", stage=translate(first.title), day=until)
    if until:
        return gettext("by %(day)s", day=until)
    return ngettext("within %(num)s day of submission", "within %(num)s days of submission", span.days)


def _open(call: Call) -> bool:
    return call.step == "open" and call.opens_at <= (at := now()) and (call.closes_at is None or at < call.closes_at)


def _closed_early(call: Call) -> datetime | None:
    """When the call was closed, if it had no deadline or that was before it."""
    closed = calls.closed_at(call)
    return closed if closed and (call.closes_at is None or closed < call.closes_at) else None


def _decides(call: Call) -> str:
    """The role that decides on awards, from the flow."""
    transitions = programmes()[call.programme].flow.transitions
    award = next((transition for transition in transitions if transition.target == "agreement"), None)
    role = ROLES.get(award.roles[0]) if award else None
    return translate(role) if role else ""
