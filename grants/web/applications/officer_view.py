"""The staff's page of one application: status, eligibility checks, reviews, available actions."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext

from grants.access import ALLOWED, Permission, roles_on
from grants.db import now
from grants.forms.checks import CheckForm
from grants.models import Application
from grants.queries import cases, documents, history, proposals, reviews, statuses
from grants.services.transitions import flow_of
from grants.web.applications import decision_summary, facts, listing, status
from grants.web.site import timeline
from grants.web.site.authorization import principal
from grants.web.site.formats import amount, current_day
from grants.web.site.navigation import page
from grants.web.transitions import available
from workflows.rules.decisions import checked_at

FEW = 6
WEIGHTS = ("first", "second", "link", "grave")


def overview(application: Application, *, check: tuple[str, CheckForm] | None = None) -> str:
    """The overview page of an application. check: key and form of a checklist line submitted with errors."""
    case = cases.of(application, now())
    asked = reviews.of(application)
    events = history.of(application, principal())
    return page(
        "applications/officer_view.html",
        **_frame(application, "overview", events=len(events)),
        facts=facts.facts(application, case),
        found=facts.found(application, case),
        checklist=facts.checklist(application, check),
        may_check=_may(application, Permission.CHECK),
        open_checks=checked_at(flow_of(application), application.step, application.stage),
        offers=sorted(available(application), key=_weight),
        reviewers=[decision_summary.reviewer(application, one) for one in asked],
        assigns=_assigns(application),
        help=decision_summary.rests_on(application, asked, case),
        happened=timeline.entries(events[:FEW]),
        events=len(events),
        award=statuses.of([application])[application.id].award_id,
    )


def part(application: Application, part: str) -> dict[str, Any]:
    """The template values of one of the other pages of an application."""
    frame = _frame(application, part)
    match part:
        case "documents":
            return frame | {"documents": documents.of(application, principal())}
        case "history":
            return frame | {"happened": timeline.entries(history.of(application, principal()))}
    return frame | {"reading": proposals.reading(application)}


def _frame(application: Application, present: str, *, events: int | None = None) -> dict[str, Any]:
    facts = statuses.of([application])[application.id]
    return {
        "application": application,
        "step": status.step_of(application, facts),
        "holds": _holds(application, facts),
        "line": _line(application, facts),
        "tabs": _tabs(application, present, facts.reviews.get("sent", 0), events),
        "call_url": url_for("calls.show", id=application.call_id),
    }


def _tabs(application: Application, present: str, sent: int, events: int | None) -> list[dict[str, Any]]:
    needed = listing.needed(application)
    parts: list[tuple[str, str, str | int | None]] = [
        ("overview", gettext("Overview"), None),
        ("proposal", gettext("Proposal"), None),
        ("budget", gettext("Budget"), amount(application.asked, application.call.currency, code=False, cents=False)),
        ("documents", gettext("Documents"), None),
        ("history", gettext("History"), events),
    ]
    found = [
        {
            "title": title,
            "count": count,
            "present": key == present,
            "url": url_for("applications.show", id=application.id)
            if key == "overview"
            else url_for("applications.part", id=application.id, part=key),
        }
        for key, title, count in parts
    ]
    if needed and _may(application, Permission.READ_REVIEWS):
        found.insert(
            3,
            {
                "title": gettext("Reviews"),
                "count": f"{sent}/{needed}",
                "present": present == "reviews",
                "url": url_for("reviews.of", id=application.id),
            },
        )
    return found


def _holds(application: Application, facts: statuses.Status) -> str:
    """Who holds the application, and on which day of how many allowed."""
    since = (current_day() - application.step_at.date()).days
    limit = listing.limit_of(application)
    hands = status.held_by(status.step_of(application, facts), ours=True)
    days = gettext("day %(day)s of %(limit)s", day=since, limit=limit) if limit is not None and hands else ""
    return " · ".join(part for part in (hands, days) if part)


def _line(application: Application, facts: statuses.Status) -> list[dict[str, Any]]:
    """The progress of the application in the staff's wording, with delays."""
    stops = status.line(application, facts, ours=True)
    limit, since = listing.limit_of(application), (current_day() - application.step_at.date()).days
    for stop in stops:
        if stop["state"] == "present" and limit is not None and since > limit:
            stop["late"] = gettext("%(days)s days overdue", days=since - limit)
    return stops


def _may(application: Application, permission: Permission) -> bool:
    return bool(roles_on(application, principal()) & ALLOWED[permission])


def _weight(offer: dict[str, Any]) -> int:
    """Sort key: the main action comes first, irreversible ones last."""
    return WEIGHTS.index(offer["transition"].weight)


def _assigns(application: Application) -> str | None:
    """The URL where reviewers are invited; None without permission or at another step."""
    if application.step != "review" or not _may(application, Permission.ASSIGN):
        return None
    return url_for("assignments.new", id=application.id)
