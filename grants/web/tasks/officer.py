"""The staff's inbox: the reader's tasks first, then the lists of everything in progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request, url_for
from flask_babel import gettext

from grants.db import now
from grants.queries.tasks import alerts
from grants.queries.tasks.alerts import Alert
from grants.web.applications import listing
from grants.web.applications.listing import ApplicationList
from grants.web.site.authorization import principal
from grants.web.site.components import Link, Tab
from grants.web.site.formats import instant, translate
from grants.web.site.navigation import open_tasks, page
from grants.web.tasks import rows
from grants.web.tasks.rows import TaskRow
from workflows.engine.steps import STEPS

MINE = "mine"


@dataclass(frozen=True, slots=True)
class Alarm:
    """The countdown of a disaster alert. left: the time left, as text."""

    left: str
    title: str
    text: str
    link: Link


@dataclass(frozen=True, slots=True)
class OfficerInbox:
    """The inbox at one instant. tabs: empty for readers without lists. tasks: None while `applications` is shown."""

    at: datetime
    alarms: tuple[Alarm, ...]
    tabs: tuple[Tab, ...]
    tasks: tuple[TaskRow, ...] | None = None
    applications: ApplicationList | None = None


def show_inbox() -> str:
    """The tasks of officers, approvers and finance; readers of applications also get the lists."""
    at = now()
    alarms = tuple(_alarm(alert, at) for alert in alerts.alerts(principal()))
    return page("tasks/officer.html", _inbox(at, alarms))


def _inbox(at: datetime, alarms: tuple[Alarm, ...]) -> OfficerInbox:
    lists = listing.INBOX_TABS
    if not listing.for_officers(principal()):
        return OfficerInbox(at, alarms, (), tasks=tuple(rows.of(open_tasks())))
    if request.args.get("list", MINE) != MINE:
        found = listing.listed(principal(), request.args, tab=MINE, endpoint="tasks.show", tabs=lists)
        return OfficerInbox(at, alarms, (_mine(), *found.tabs), applications=found)
    tasks = tuple(rows.of(open_tasks()))
    tabs = listing.tabs(principal(), endpoint="tasks.show", tabs=lists)
    return OfficerInbox(at, alarms, (_mine(len(tasks)), *tabs), tasks=tasks)


def _mine(count: int | None = None) -> Tab:
    """The tab of the reader's own tasks; it is present where their number is known."""
    return Tab(gettext("Needs your action"), url_for("tasks.show"), present=count is not None, count=count)


def _alarm(alert: Alert, at: datetime) -> Alarm:
    row = alert.application
    step = gettext("Mini-proposal") if row.step == "draft" else translate(STEPS[row.step].word)
    text = gettext(
        "%(organisation)s · %(step)s due %(at)s",
        organisation=row.organisation.name,
        step=step,
        at=instant(alert.ends_at, "utc"),
    )
    return Alarm(
        left=_left(alert.ends_at - at),
        title=gettext("Disaster alert: %(title)s", title=row.title),
        text=text,
        link=Link(gettext("View application"), url_for("applications.show", id=row.id)),
    )


def _left(span: timedelta) -> str:
    """Hours and minutes left, such as "31 h 40 min", or “overdue”."""
    if span <= timedelta(0):
        return gettext("overdue")
    hours, rest = divmod(int(span.total_seconds()), 3600)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{rest // 60:02}")
