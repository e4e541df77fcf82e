"""The staff's inbox: the reader's tasks first, then the lists of everything in progress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from grants.db import now
from grants.queries.tasks import alerts as found
from grants.queries.tasks.task import Task
from grants.web.applications import listing
from grants.web.site.authorization import principal
from grants.web.site.formats import instant, translate
from grants.web.site.navigation import open_tasks, page
from workflows.engine.steps import STEPS

MINE = "mine"
SOON_DAYS = 3
TASKS: dict[str, tuple[str, str, str, str]] = {
    "triage": ("Read the alert: %(title)s", "Alerts are answered within hours.", "Read alert", "applications.show"),
    "checks": (
        "Check eligibility: %(title)s",
        "Waiting for eligibility checks",
        "Complete eligibility checks",
        "applications.show",
    ),
    "panel": (
        "Recommend: %(title)s",
        "The approver is waiting for your recommendation.",
        "Recommend",
        "applications.show",
    ),
    "decision": ("Decide: %(title)s", "An officer has made a recommendation.", "Decide", "applications.show"),
    "assign": (
        "Invite reviewers: %(title)s",
        "The call requires more reviewers than have been invited.",
        "Invite reviewers",
        "assignments.new",
    ),
    "reviewed": (
        "Send to panel: %(title)s",
        "All required reviews have been submitted.",
        "View status",
        "applications.show",
    ),
    "countersign": ("Countersign: %(title)s", "The grantee has signed.", "Countersign", "awards.show"),
    "condition": (
        "Check whether the condition is met: %(title)s",
        "The first instalment depends on it.",
        "View award",
        "awards.show",
    ),
    "unsigned": (
        "Not signed in time: %(title)s",
        "Ask the grantee whether they will sign.",
        "View award",
        "awards.show",
    ),
    "take_back": (
        "Not signed in time: %(title)s",
        "Ask the grantee, or revoke the award.",
        "View award",
        "awards.show",
    ),
    "close": (
        "Close the grant: %(title)s",
        "Nothing is left to report, pay or return.",
        "Close grant",
        "applications.show",
    ),
    "received": ("Read the report: %(title)s", "The next instalment may depend on it.", "Read report", "reports.show"),
    "payable": (
        "Prepare payments from %(title)s",
        "The conditions of these instalments are met.",
        "Prepare batch",
        "batches.new",
    ),
    "batch_prepared": ("Approve batch %(title)s", "Another person prepared it.", "View batch", "batches.show"),
    "batch_approved": (
        "Release batch %(title)s",
        "Two other people prepared and approved it.",
        "View batch",
        "batches.show",
    ),
    "batch_released": ("Confirm batch %(title)s", "It has been sent to the bank.", "View batch", "batches.show"),
    "draft": ("Finish and submit: %(title)s", "It has not been submitted yet.", "Continue writing", "drafts.write"),
    "question": (
        "Answer our question: %(title)s",
        "Change the proposal and submit it again.",
        "Answer",
        "drafts.write",
    ),
    "sign": (
        "Sign the agreement: %(title)s",
        "No money is paid before both sides have signed.",
        "Read and sign",
        "awards.show",
    ),
    "report": ("Write the report: %(title)s", "The next instalment may depend on it.", "Write report", "reports.show"),
    "report_question": (
        "Answer our question about the report: %(title)s",
        "We have sent the report back with questions.",
        "Answer",
        "reports.write",
    ),
    "meet": (
        "Meet the condition of the award: %(title)s",
        "The first instalment depends on it. Tell your programme officer when it is met.",
        "Read condition",
        "awards.show",
    ),
    "give_back": (
        "Return unspent funds: %(title)s",
        "The award page shows the amount.",
        "View amount",
        "awards.show",
    ),
    "expect": (
        "Expect unspent funds: %(title)s",
        "Record the payment when it arrives in the account.",
        "Record payment",
        "awards.show",
    ),
    "open_call": ("Open the call: %(title)s", "It is in preparation.", "View call", "calls.show"),
    "envelope": (
        "Allocate money to a call: %(title)s",
        "It can open only with an allocation.",
        "View fund",
        "funds.show",
    ),
    "asked": (
        "Answer the review invitation: %(title)s",
        "You see the proposal after your declaration.",
        "Answer",
        "reviews.show",
    ),
    "ready": ("Review: %(title)s", "No one sees it until you submit it.", "Continue", "reviews.show"),
}
"""Each kind of task: title, reason, button text and endpoint. All three texts are translated when shown."""


def show_inbox() -> str:
    """The tasks of officers, approvers and finance; readers of applications also get the lists."""
    at = now()
    frame: dict[str, Any] = {
        "at": at,
        "alarms": [_alarm(alert, at) for alert in found.alerts(principal())],
        "tasks": None,
    }
    if not listing.for_officers(principal()):
        return page("tasks/officer.html", **frame | {"tasks": rows(open_tasks()), "tabs": []})
    if request.args.get("list", MINE) != MINE:
        lists = listing.listed(principal(), request.args, tab=MINE, endpoint="tasks.show", tabs=listing.INBOX_TABS)
        lists["tabs"].insert(0, {"title": gettext("Needs your action"), "url": url_for("tasks.show"), "present": False})
        return page("tasks/officer.html", **frame, **lists)
    tasks = rows(open_tasks())
    tabs = listing.tabs(principal(), endpoint="tasks.show", tabs=listing.INBOX_TABS)
    tabs.insert(
        0, {"title": gettext("Needs your action"), "url": url_for("tasks.show"), "count": len(tasks), "present": True}
    )
    return page("tasks/officer.html", **frame | {"tasks": tasks, "tabs": tabs})


def rows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Tasks as rows of `templates/macros/tasks.html`; the texts of each kind are translated once."""
    spoken = {kind: _spoken(*TASKS[kind]) for kind in {task.kind for task in tasks}}
    return [_line(task, *spoken[task.kind]) for task in tasks]


def _spoken(title: str, why: str, button: str, endpoint: str) -> tuple[str, str, str, str]:
    return gettext(title), gettext(why), gettext(button), endpoint


def _line(task: Task, title: str, why: str, button: str, endpoint: str) -> dict[str, Any]:
    place: dict[str, Any] = {"fund": task.id} if task.kind == "payable" else {"id": task.id}
    return {
        "on": task.due_on,
        "title": title % {"title": task.title or gettext("untitled proposal")},
        "tone": listing.tone(task.due_on, SOON_DAYS),
        "why": " · ".join(part for part in (_party(task), why) if part),
        "link": {"title": button, "url": url_for(endpoint, **place)},
    }


def _party(task: Task) -> str:
    """The other party of the task; for payable instalments, their number."""
    return gettext("%(count)s to pay", count=task.party) if task.kind == "payable" else task.party


def _alarm(alert: found.Alert, at: datetime) -> dict[str, Any]:
    row = alert.application
    step = gettext("Mini-proposal") if row.step == "draft" else translate(STEPS[row.step].word)
    text = gettext(
        "%(organisation)s · %(step)s due %(at)s",
        organisation=row.organisation.name,
        step=step,
        at=instant(alert.ends_at, "utc"),
    )
    return {
        "left": _left(alert.ends_at - at),
        "title": gettext("Disaster alert: %(title)s", title=row.title),
        "text": text,
        "link": {"title": gettext("Open the alert"), "url": url_for("applications.show", id=row.id)},
    }


def _left(span: timedelta) -> str:
    """Hours and minutes left, such as "31 h 40", or “overdue”."""
    if span <= timedelta(0):
        return gettext("overdue")
    hours, rest = divmod(int(span.total_seconds()), 3600)
    return gettext("%(hours)s h %(minutes)s", hours=hours, minutes=f"{rest // 60:02}")
