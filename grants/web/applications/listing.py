"""The staff's table of applications: tabs, filters, and the content of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from grants.access import OFFICE, Principal
from grants.forms.applications import FilterForm
from grants.models import Application
from grants.queries import applications as found
from grants.queries.applications import CAPPED, Filters, Listed, Listing
from grants.web.site.formats import current_day, day
from workflows.countries import flags_of
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Holder

HOURS = 24
HOLDERS = {Holder.APPLICANT: "Applicant", Holder.DONE: "Grantee", Holder.NOBODY: "No one"}
TITLES = {
    "triage": "Triage",
    "checks": "Checks",
    "applicant": "With applicant",
    "review": "In review",
    "panel": "Panel",
    "decision": "Decision",
    "agreement": "Agreement",
    "active": "Active",
    "ended": "Ended",
    "under_way": "All in progress",
    "all": "All",
}
INBOX_TABS = ("checks", "applicant", "review", "panel", "decision", "under_way")
EVERY_TAB = ("under_way", "checks", "applicant", "review", "panel", "decision", "agreement", "active", "ended", "all")


def for_officers(principal: Principal) -> bool:
    """Whether the principal reads applications in a role of the Foundation."""
    return any(role in principal.calls for role in OFFICE)


def listed(
    principal: Principal, args: Mapping[str, str], *, tab: str, endpoint: str, tabs: tuple[str, ...] = EVERY_TAB
) -> dict[str, Any]:
    """The list's template values. args: the query string; tab: the tab shown when the query names none."""
    calls, regions = found.choices(principal)
    form = FilterForm(args, calls, regions)
    filters = Filters(
        args.get("list", tab),
        form.words.data or "",
        int(form.call.data) if form.call.data else None,
        form.region.data or "",
        args.get("after", ""),
        args.get("before", ""),
    )
    kept: dict[str, Any] = dict(form.kept())
    counts = found.counts(principal, filters)
    listing = found.listing(principal, filters)
    rows = [line(one, principal) for one in listing.rows]
    here: dict[str, Any] = {**kept, "list": filters.tab}
    return {
        "rows": rows,
        "form": form,
        "present": filters.tab,
        "action": url_for(endpoint),
        "narrowed": bool(kept),
        "clear": url_for(endpoint, list=filters.tab),
        "tabs": [_tab(key, counts, filters.tab, url_for(endpoint, **kept, list=key)) for key in tabs],
        "says": _says(listing, counts.get(filters.tab, 0)),
        "next": url_for(endpoint, **here, after=listing.after) if listing.after else None,
        "previous": url_for(endpoint, **here, before=listing.before) if listing.before else None,
    }


def tabs(principal: Principal, *, endpoint: str, tabs: tuple[str, ...]) -> list[dict[str, Any]]:
    """The tabs alone, for a page that shows none of their lists."""
    counts = found.counts(principal, Filters())
    return [_tab(key, counts, "", url_for(endpoint, list=key)) for key in tabs]


def tone(on: date | None, soon: int) -> str:
    """The tone of a date: “late” if it is past, “soon” if at most `soon` days away, else empty."""
    if on is None:
        return ""
    left = (on - current_day()).days
    return "late" if left < 0 else "soon" if left <= soon else ""


def _tab(key: str, counts: Mapping[str, int], present: str, url: str) -> dict[str, Any]:
    return {"title": gettext(TITLES[key]), "url": url, "count": capped(counts.get(key, 0)), "present": key == present}


def capped(count: int) -> str:
    """A count as displayed; counting stops at CAPPED, shown with a plus sign."""
    return f"{CAPPED:,}+" if count > CAPPED else f"{count}"


def _says(listing: Listing, count: int) -> str:
    return gettext("%(shown)s of %(count)s", shown=len(listing.rows), count=capped(count))


def line(one: Listed, principal: Principal) -> dict[str, Any]:
    """One application as a row: status, holder, days at this step, remarks, next action."""
    row = one.application
    since = (current_day() - row.step_at.date()).days
    limit = limit_of(row)
    return {
        "title": row.title,
        "url": url_for("applications.show", id=row.id),
        "asked": row.asked,
        "currency": row.call.currency,
        "under": " · ".join([row.organisation.name, row.organisation.country, row.reference or ""]),
        "step": STEPS[row.step],
        "held": held(one, principal),
        "days": since,
        "limit": limit,
        "reviews": _dots(one),
        "remarks": _remarks(one, since, limit),
        "next": _next(one, principal),
    }


def limit_of(row: Application) -> int | None:
    """How many days the call allows for the current step; None if it sets no limit."""
    clock = row.call.data.clock
    if hours := clock.get(f"{row.step}_hours"):
        return max(1, -(-hours // HOURS))
    return clock.get(f"{row.step}_days")


def held(one: Listed, principal: Principal) -> str:
    """Who holds the application, in the reader's terms."""
    row = one.application
    if row.step == "review" and one.reviewers:
        return str(ngettext("%(num)s reviewer", "%(num)s reviewers", one.reviewers))
    if row.step == "agreement":
        return gettext("Both sides")
    if word := HOLDERS.get(STEPS[row.step].holder):
        return gettext(word)
    role = Role.APPROVER if row.step == "decision" else Role.OFFICER
    return gettext("You") if principal.covers(role, row.call_id) else gettext(role.capitalize())


def needed(row: Application) -> int:
    """How many reviews the current stage requires."""
    return row.call.data.stage(row.stage).reviews


def _dots(one: Listed) -> dict[str, int] | None:
    row = one.application
    if row.step in ("checks", "question", "triage", "draft") or not needed(row):
        return None
    return {"count": min(one.reviews_in, max(needed(row), one.reviews_in)), "of": max(needed(row), one.reviews_in)}


def _remarks(one: Listed, since: int, limit: int | None) -> list[dict[str, str]]:
    row, labels = one.application, []
    if limit is not None and since > limit and row.step not in found.TABS["ended"]:
        labels.append({"tone": "late", "text": ngettext("%(num)s day overdue", "%(num)s days overdue", since - limit)})
    if row.step == "review" and one.lost and one.reviewers < needed(row):
        labels.append({"tone": "soon", "text": gettext("Reviewer dropped out")})
    if one.far_apart and row.step in ("review", "panel", "decision"):
        labels.append({"tone": "soon", "text": gettext("Scores differ widely")})
    if one.overdue:
        labels.append({"tone": "soon", "text": gettext("Report overdue")})
    return labels + [{"tone": "flag", "text": flag} for flag in flags_of(row.organisation.country)]


def _next(one: Listed, principal: Principal) -> dict[str, str] | None:
    """The next action, as a link if the reader may perform it, else as text."""
    row = one.application
    for step, role, holds, title, endpoint in BULK_ACTIONS:
        if row.step == step and (role is None or principal.covers(role, row.call_id)) and holds(one):
            return {"title": gettext(title), "url": url_for(endpoint, id=row.id) if endpoint else ""}
    limit = limit_of(row)
    if row.step != "question" or limit is None:
        return None
    return {"title": gettext("Due %(day)s", day=day(row.step_at.date() + timedelta(days=limit), "short")), "url": ""}


def _always(_: Listed) -> bool:
    return True


def _short_of_reviewers(one: Listed) -> bool:
    return one.reviewers < needed(one.application)


def _all_in(one: Listed) -> bool:
    return one.reviews_in >= needed(one.application)


HERE, AWARD = "applications.show", "awards.of"
BULK_ACTIONS: tuple[tuple[str, Role | None, Callable[[Listed], bool], str, str], ...] = (
    ("triage", Role.OFFICER, _always, "Read the alert", HERE),
    ("checks", Role.OFFICER, _always, "Complete eligibility checks", HERE),
    ("review", Role.OFFICER, _short_of_reviewers, "Invite reviewers", "assignments.new"),
    ("review", Role.OFFICER, _all_in, "Send to panel", HERE),
    ("panel", Role.OFFICER, _always, "Recommend", HERE),
    ("decision", Role.APPROVER, _always, "Decide", HERE),
    ("decision", None, _always, "Waiting for the approver", ""),
    ("agreement", None, _always, "Waiting for signatures", AWARD),
    ("active", None, _always, "View award", AWARD),
)
"""The next action of each step: (step, role or None for any, condition, title, endpoint)."""
