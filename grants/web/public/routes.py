"""Public pages: the open calls, results of earlier calls, and the page of each call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from flask_babel import gettext, ngettext

from grants.db import now
from grants.models import Call
from grants.queries import figures, public
from grants.services.letters import answer_time, answered_by
from grants.web.applications.status import ROLES
from grants.web.calls import rules_text
from grants.web.site.authorization import load, open_to_all, principal
from grants.web.site.formats import day, translate
from grants.web.site.navigation import page
from workflows.engine.roles import Role
from workflows.programme import CallRules, InstalmentPlan, ReportSchedule
from workflows.programmes import programmes

bp = Blueprint("public", __name__)
SOON_DAYS = 14


@bp.get("/")
@open_to_all
def home() -> str:
    """The open calls and the figures of money awarded so far."""
    at = now()
    return page(
        "public/home.html",
        calls=[_line(call, at) for call in public.open_calls()],
        figures=figures.latest(),
        funded=public.recently_funded(),
    )


@bp.get("/calls/<int:id>")
@open_to_all
def call(id: int) -> str:
    """One call: who can apply, the maximum grant, the requirements, how we decide."""
    call = load(Call, id)
    rules, programme = call.data, programmes()[call.programme]
    return page(
        "public/call.html",
        call=call,
        programme=programme,
        applicants=rules_text.who_can_apply(rules, programme),
        hear=hear(call),
        open=_open(call),
        may_apply=not principal().id or Role.APPLICANT in principal().roles,
        rules=[rules_text.text(spec, rules, call.currency) for spec in rules.rules],
        decides=_decides(call),
        pays=[_pays(one, rules) for one in rules.instalments],
        reports=[_owes(one) for one in rules.reports],
    )


def _line(call: Call, at: datetime) -> dict[str, Any]:
    left = (call.closes_at - at).days if call.closes_at else None
    programme = programmes()[call.programme]
    return {
        "call": call,
        "programme": programme,
        "applicants": rules_text.who_can_apply(call.data, programme),
        "hear": hear(call),
        "soon": left is not None and left < SOON_DAYS,
    }


def _open(call: Call) -> bool:
    return call.step == "open" and call.opens_at <= (at := now()) and (call.closes_at is None or at < call.closes_at)


def hear(call: Call) -> str:
    """When applicants get a decision, as text."""
    span = answer_time(call.data)
    if any(key.endswith("_hours") for key in call.data.clock):
        return gettext("%(hours)s hours after the alert", hours=int(span / timedelta(hours=1)))
    if call.closes_at is not None:
        return day(answered_by(call, call.closes_at).date(), "year")
    return ngettext("%(num)s day after submission", "%(num)s days after submission", span.days)


def _decides(call: Call) -> str:
    """The role that decides on awards, from the flow."""
    award = next(
        (
            transition
            for transition in programmes()[call.programme].flow.transitions
            if transition.target == "agreement"
        ),
        None,
    )
    return translate(ROLES.get(award.roles[0], "")) if award else ""


def _pays(plan: InstalmentPlan, rules: CallRules) -> dict[str, str]:
    conditions = []
    for condition in plan.conditions:
        kind, _, number = condition.partition(":")
        title = rules.reports[int(number) - 1].title if number else ""
        conditions.append(
            gettext("when both sides have signed the agreement")
            if kind == "agreement"
            else gettext("when we have approved “%(report)s”", report=translate(title))
        )
    return {"share": f"{plan.percent.normalize():f}\N{NARROW NO-BREAK SPACE}%", "when": ", ".join(conditions)}


def _owes(task: ReportSchedule) -> dict[str, str]:
    days = ngettext("%(num)s day", "%(num)s days", task.days)
    if task.at == "end":
        when = gettext("within %(days)s of the end of the project", days=days)
    elif task.months:
        months = ngettext("%(num)s month", "%(num)s months", task.months)
        when = (
            gettext("%(months)s after the start, plus %(days)s to write it", months=months, days=days)
            if task.days
            else gettext("%(months)s after the start", months=months)
        )
    else:
        when = gettext("%(days)s after the start", days=days)
    return {"title": translate(task.title), "when": when}
