"""The staff's table of applications: tabs, filters, and the content of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from grants.access.principals import Principal
from grants.access.visibility import OFFICE
from grants.forms.applications import FilterForm
from grants.models import Application
from grants.queries.applications import listing as found
from grants.queries.applications.listing import CAPPED, Filters, Listed, Listing
from grants.queries.flows import flow_of
from grants.web.applications.status import award_step
from grants.web.site import limits
from grants.web.site.components import Flag, Link, Tab
from grants.web.site.formats import current_day, day, numbered, translate
from workflows.countries import flags_of
from workflows.deadlines import Elapsed, TimeLimit, time_limit
from workflows.engine.message import Message
from workflows.engine.roles import Role
from workflows.engine.steps import STEPS, Holder, Step
from workflows.forms.values import whole

HOLDERS = {
    Holder.APPLICANT: Message("Applicant"),
    Holder.DONE: Message("Grantee"),
    Holder.NOBODY: Message("No one"),
}
ROLES = {Role.OFFICER: Message("Programme officer"), Role.APPROVER: Message("Approver")}
TITLES = {
    "triage": Message("Alert assessment"),
    "checks": Message("Checks"),
    "applicant": Message("With applicant"),
    "review": Message("In review"),
    "panel": Message("Panel"),
    "decision": Message("Decision"),
    "agreement": Message("Agreement"),
    "active": Message("Active"),
    "ended": Message("Ended"),
    "under_way": Message("All in progress"),
    "all": Message("All"),
}
INBOX_TABS = ("checks", "applicant", "review", "panel", "decision", "under_way")
EVERY_TAB = ("under_way", "checks", "applicant", "review", "panel", "decision", "agreement", "active", "ended", "all")


@dataclass(frozen=True, slots=True)
class Dots:
    """Reviews submitted, of those required; one dot is drawn for each."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One row of the table of applications.

    asked: None while nothing is requested, as in an alert. awarded: None without an award in force. under: applicant,
    country and number. held: who holds it. days: days at this step, with their limit; None once it has ended. reviews:
    None while the step has no reviews. next: the next action; its URL is empty if the reader cannot perform it.
    """

    title: str
    url: str
    asked: Decimal | None
    awarded: Decimal | None
    currency: str
    under: str
    step: Step
    held: str
    days: Elapsed | None
    reviews: Dots | None
    flags: tuple[Flag, ...]
    next: Link | None


@dataclass(frozen=True, slots=True)
class ApplicationList:
    """One page of the table of applications, with its tabs, filters and pager.

    present: the key of the present tab. action: the URL of the filter form. narrowed: whether a filter is set; clear:
    the URL without filters. shown: how many rows of how many. next, previous: URLs of the neighbouring pages.
    """

    rows: tuple[ApplicationRow, ...]
    tabs: tuple[Tab, ...]
    form: FilterForm
    present: str
    action: str
    narrowed: bool
    clear: str
    shown: str
    next: str | None
    previous: str | None


def for_officers(principal: Principal) -> bool:
    """Whether the principal reads applications in a role of the Foundation."""
    return any(role in principal.calls for role in OFFICE)


def listed(
    principal: Principal, args: Mapping[str, str], *, tab: str, endpoint: str, tabs: tuple[str, ...] = EVERY_TAB
) -> ApplicationList:
    """The list of applications. args: the query string; tab: the tab shown when the query names none."""
    form = FilterForm(args, *found.choices(principal))
    filters = _filters(args, form, tab)
    kept, present = form.kept(), filters.tab
    counts = found.counts(principal, filters)
    listing = found.listing(principal, filters, common=found.too_many(counts))
    here = kept | {"list": present}
    return ApplicationList(
        rows=tuple(line(one, principal) for one in listing.rows),
        tabs=tuple(_tab(key, counts, present, _url(endpoint, kept | {"list": key})) for key in tabs),
        form=form,
        present=present,
        action=url_for(endpoint),
        narrowed=bool(kept),
        clear=url_for(endpoint, list=present),
        shown=_shown(listing, counts.get(present)),
        next=_url(endpoint, here | {"after": listing.after}) if listing.after else None,
        previous=_url(endpoint, here | {"before": listing.before}) if listing.before else None,
    )


def _filters(args: Mapping[str, str], form: FilterForm, tab: str) -> Filters:
    return Filters(
        args.get("list", tab),
        form.words.data or "",
        whole(form.call.data) if form.call.data else None,
        form.region.data or "",
        args.get("after", ""),
        args.get("before", ""),
    )


def _url(endpoint: str, arguments: Mapping[str, Any]) -> str:
    return url_for(endpoint, **arguments)


def tabs(principal: Principal, *, endpoint: str, tabs: tuple[str, ...]) -> list[Tab]:
    """The tabs alone, for a page that shows none of their lists."""
    counts = found.counts(principal, Filters())
    return [_tab(key, counts, "", url_for(endpoint, list=key)) for key in tabs]


def tone(on: date | None, soon: int) -> str:
    """The tone of a date: “late” if it is past, “soon” if at most `soon` days away, else empty."""
    if on is None:
        return ""
    left = (on - current_day()).days
    return "late" if left < 0 else "soon" if left <= soon else ""


def _tab(key: str, counts: Mapping[str, int], present: str, url: str) -> Tab:
    return Tab(translate(TITLES[key]), url, present=key == present, count=capped(counts.get(key)))


def capped(count: int | None) -> str:
    """A count as displayed; counting stops at CAPPED, shown with a plus sign. Empty for a count that is not known."""
    if count is None:
        return ""
    return f"{CAPPED:,}+" if count > CAPPED else f"{count}"


def _shown(listing: Listing, count: int | None) -> str:
    if count is None:
        return gettext("%(shown)s shown", shown=len(listing.rows))
    return gettext("%(shown)s of %(count)s", shown=len(listing.rows), count=capped(count))


def line(one: Listed, principal: Principal) -> ApplicationRow:
    """One application as a row: status, holder, days at this step, flags, next action."""
    row = one.application
    ended = row.step in found.TABS["ended"]
    days = None if ended else limits.running(row.step_at, limit_of(row))
    return ApplicationRow(
        title=row.title,
        url=url_for("applications.show", id=row.id),
        asked=row.asked or None,
        awarded=None if one.agreement == "withdrawn" else one.awarded,
        currency=row.call.currency,
        under=numbered(row.organisation.name, row.organisation.country, row.reference),
        step=award_step(STEPS[row.step], one.agreement),
        held=held(one, principal),
        days=days,
        reviews=_dots(one),
        flags=tuple(_flags(one, limits.overdue(days) if days else "")),
        next=_next(one, principal),
    )


def limit_of(row: Application) -> TimeLimit | None:
    """The time that the call allows for the current step; None if it sets no limit."""
    return time_limit(row.call.data.clock, row.step)


def held(one: Listed, principal: Principal) -> str:
    """Who must act next, in the reader's terms: in review the reviewers who have not submitted, else the officer.

    An agreement is held by the party that signs next.
    """
    row = one.application
    if row.step == "review" and (outstanding := one.reviewers - one.reviews_in) > 0 and not _short_of_reviewers(one):
        return str(ngettext("%(num)s reviewer", "%(num)s reviewers", outstanding))
    if row.step == "agreement":
        return gettext("Applicant") if one.agreement == "to_sign" else gettext("Foundation")
    if holder := HOLDERS.get(STEPS[row.step].holder):
        return translate(holder)
    role = Role.APPROVER if row.step == "decision" else Role.OFFICER
    return gettext("You") if principal.judges(role, row.call_id) else translate(ROLES[role])


def needed(row: Application) -> int:
    """How many reviews the current stage requires."""
    return row.call.data.stage(row.stage).reviews


def _dots(one: Listed) -> Dots | None:
    row = one.application
    if row.step in ("checks", "question", "triage", "draft") or not needed(row):
        return None
    of = max(needed(row), one.reviews_in)
    return Dots(min(one.reviews_in, of), of)


def _flags(one: Listed, late: str) -> list[Flag]:
    row, flags = one.application, [Flag("late", late)] if late else []
    if row.step == "review" and one.lost and one.reviewers < needed(row):
        flags.append(Flag("soon", gettext("Replacement reviewer needed")))
    if one.far_apart and row.step in ("review", "panel", "decision"):
        flags.append(Flag("soon", gettext("Scores differ widely")))
    if one.overdue:
        flags.append(Flag("soon", gettext("Report overdue")))
    return flags + [Flag("flag", flag) for flag in flags_of(row.organisation.country)]


def _next(one: Listed, principal: Principal) -> Link | None:
    """The next action, as a link if the reader can perform it, else with an empty URL."""
    row = one.application
    for action in NEXT_ACTIONS:
        permitted = action.role is None or principal.judges(action.role, row.call_id)
        if row.step == action.step and permitted and action.condition(one):
            url = url_for(action.endpoint, id=row.id) if action.endpoint else ""
            return Link(translate(action.title), url)
    limit = limit_of(row)
    if row.step != "question" or limit is None:
        return None
    return Link(gettext("Due %(day)s", day=day((row.step_at + limit.span).date(), "short")), "")


def _always(_: Listed) -> bool:
    return True


def _short_of_reviewers(one: Listed) -> bool:
    return one.reviewers < needed(one.application)


def _all_in(one: Listed) -> bool:
    return one.reviews_in >= needed(one.application)


def _too_few(one: Listed) -> bool:
    return not _all_in(one)


def _to(target: str) -> Callable[[Listed], bool]:
    """Whether all reviews are in and the officer sends the application to this step."""

    def applies(one: Listed) -> bool:
        row = one.application
        offered = flow_of(row).offered("review", row.stage, {Role.OFFICER})
        return _all_in(one) and any(
            transition.weight == "first" and transition.target == target for transition in offered
        )

    return applies


@dataclass(frozen=True, slots=True)
class NextAction:
    """What comes next at a step. role: who can do it, None for any; endpoint: its page, empty if there is none."""

    step: str
    role: Role | None
    title: Message
    endpoint: str
    condition: Callable[[Listed], bool] = _always


HERE, AWARD = "applications.show", "awards.of"
NEXT_ACTIONS = (
    NextAction("triage", Role.OFFICER, Message("Assess alert"), HERE),
    NextAction("checks", Role.OFFICER, Message("Complete eligibility checks"), HERE),
    NextAction("review", Role.OFFICER, Message("Invite reviewers"), "assignments.new", _short_of_reviewers),
    NextAction("review", Role.OFFICER, Message("Send to panel"), HERE, _to("panel")),
    NextAction("review", Role.OFFICER, Message("Recommend"), HERE, _to("decision")),
    NextAction("review", Role.OFFICER, Message("Decide"), HERE, _all_in),
    NextAction("panel", Role.OFFICER, Message("Send back to review"), HERE, _too_few),
    NextAction("panel", Role.OFFICER, Message("Recommend"), HERE),
    NextAction("decision", Role.APPROVER, Message("Send back"), HERE, _too_few),
    NextAction("decision", Role.APPROVER, Message("Decide"), HERE),
    NextAction("decision", None, Message("Waiting for the approver"), ""),
    NextAction("agreement", None, Message("Waiting for signatures"), AWARD),
    NextAction("active", None, Message("View grant"), AWARD),
)
"""The next action of each step; the first that applies is shown."""
