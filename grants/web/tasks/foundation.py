"""Tasks of the Foundation that an applicant can see, each with its age and due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext

from grants.models import Application
from grants.queries.applications.statuses import Status
from grants.web.applications import status
from grants.web.site import limits
from grants.web.site.formats import day, translate
from workflows.deadlines import READING_DAYS, TimeLimit


@dataclass(frozen=True, slots=True)
class FoundationTask:
    """A task of the Foundation, drawn by `templates/macros/tasks.html`. text: since when, and its due date."""

    title: str
    text: str


def ours(applications: list[Application], facts: dict[int, Status], today: date) -> list[FoundationTask]:
    """The Foundation's open tasks for these applications."""
    found = []
    for one in applications:
        found += [_report(title, at) for title, at in facts[one.id].received]
        if title := _waiting(one, facts[one.id]):
            found.append(FoundationTask(title, _since(one, today)))
    return found


def _report(title: str, at: datetime) -> FoundationTask:
    text = gettext(
        "Submitted on %(day)s, day %(days)s of %(most)s. You will hear from us by %(until)s.",
        day=day(at.date()),
        days=limits.running(at, TimeLimit(READING_DAYS)).number,
        most=READING_DAYS,
        until=day(at.date() + timedelta(days=READING_DAYS)),
    )
    return FoundationTask(gettext("Reviewing your report: %(title)s", title=translate(title)), text)


def _waiting(one: Application, facts: Status) -> str:
    match one.step:
        case "triage":
            return gettext("Assessing the alert “%(title)s”", title=one.title)
        case "checks":
            return gettext("Checking the eligibility of “%(title)s”", title=one.title)
        case "review" if not status.all_submitted(one, facts):
            return gettext("Reviewing “%(title)s”", title=one.title)
        case "review" | "panel" | "decision":
            return gettext("Deciding on “%(title)s”", title=one.title)
        case "agreement" if facts.agreement == "countersign":
            return gettext("Countersigning the agreement for “%(title)s”", title=one.title)
    return ""


def _since(one: Application, today: date) -> str:
    since, days = day(one.step_at.date()), (today - one.step_at.date()).days + 1
    until = status.decision_by(one)
    if until is None or one.step == "agreement":
        return gettext("Since %(day)s, day %(days)s.", day=since, days=days)
    return gettext(
        "Since %(day)s, day %(days)s. You will hear from us by %(until)s.",
        day=since,
        days=days,
        until=day(until.date()),
    )
