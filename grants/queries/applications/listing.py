"""Application lists for the Foundation's staff, with filters, counts and keyset paging."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased, contains_eager, selectinload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Call,
    Organisation,
    Report,
    Review,
    Score,
)
from grants.models.organisations import is_one_with
from grants.queries.applications.matching import matching
from grants.queries.reviews import written
from grants.queries.search import words_of
from workflows.forms import values

PAGE = 25
CAPPED = 1_000

TABS: dict[str, tuple[str, ...]] = {
    "triage": ("triage",),
    "checks": ("checks",),
    "applicant": ("question", "draft"),
    "review": ("review",),
    "panel": ("panel",),
    "decision": ("decision",),
    "agreement": ("agreement",),
    "active": ("active",),
    "ended": ("declined", "not_eligible", "withdrawn", "closed", "terminated"),
}
"""The tabs of the list and their steps, in the order of a grant's life."""
STEPS = tuple(step for steps in TABS.values() for step in steps)
UNDER_WAY = tuple(step for tab, steps in TABS.items() if tab not in ("active", "ended") for step in steps)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a list; an empty value filters nothing.

    tab: a key of TABS, "under_way" or "all". after, before: the position where the page begins or ends, as written by
    `cursor`.
    """

    tab: str = "all"
    words: str = ""
    call: int | None = None
    region: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An application with the values of its list row: reviews submitted, active and lost, and the row's flags.

    agreement: the step of its agreement, and awarded: the amount, if it has an award.
    """

    application: Application
    reviews_in: int
    reviewers: int
    lost: int
    far_apart: bool
    overdue: bool
    agreement: str | None = None
    awarded: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list, newest first; `after` and `before` are the cursors of the next and previous page."""

    rows: tuple[Listed, ...]
    after: str
    before: str


def listing(principal: Principal, filters: Filters, *, common: bool = False) -> Listing:
    """The page of applications that a member of staff may see. Three queries for any number of rows, and one for words.

    Each call is read once, because its rules are long. common: more applications match the words than are counted.
    """
    backwards = bool(filters.before)
    place = _place(filters.before or filters.after)
    wanted = (
        select(Application, _owes(), Agreement.step, Award.amount)
        .join(Application.organisation)
        .outerjoin(Award, Award.application_id == Application.id)
        .outerjoin(Agreement, Agreement.award_id == Award.id)
        .options(selectinload(Application.call), contains_eager(Application.organisation))
        .where(Application.id.in_(_page(principal, filters, place, backwards=backwards, common=common)))
        .order_by(*_order(Application.submitted_at, Application.id, backwards=backwards))
    )
    found = db.session.execute(wanted).all()
    more, owing = len(found) > PAGE, {row.id for row, owes, *_ in found if owes}
    awards = {row.id: (agreement, awarded) for row, _, agreement, awarded in found}
    page = [row for row, *_ in (found[:PAGE][::-1] if backwards else found[:PAGE])]
    listed = _listed(page, owing, hidden=principal.reviewing)
    rows = tuple(
        replace(one, agreement=agreement, awarded=awarded)
        for one in listed
        for agreement, awarded in (awards[one.application.id],)
    )
    later, earlier = (more, bool(place)) if not backwards else (True, more)
    return Listing(rows, cursor(page[-1]) if page and later else "", cursor(page[0]) if page and earlier else "")


def _page(
    principal: Principal, filters: Filters, place: tuple[datetime, int] | None, *, backwards: bool, common: bool
) -> Select[int]:
    """The ids of the applications on a page, and of one more.

    With search words, all matches are found before they are sorted, because a scan from the newest application until
    enough match would read every title for a word that never occurs. For common words, that scan ends soon.
    """
    matching = _narrowed(select(Application.id, Application.submitted_at), principal, filters, indexed=not common)
    if place:
        key = tuple_(Application.submitted_at, Application.id)
        matching = matching.where(key > tuple_(*place) if backwards else key < tuple_(*place))
    materialized = "MATERIALIZED" if words_of(filters.words) and not common else "NOT MATERIALIZED"
    found = matching.cte("matching").prefix_with(materialized)
    return select(found.c.id).order_by(*_order(found.c.submitted_at, found.c.id, backwards=backwards)).limit(PAGE + 1)


def _order(at: Any, id: Any, *, backwards: bool) -> tuple[Any, Any]:
    return (at.asc(), id.asc()) if backwards else (at.desc(), id.desc())


def counts(principal: Principal, filters: Filters) -> dict[str, int]:
    """Number of applications in each tab for the same words, call and region, counted up to CAPPED + 1. One query.

    When more match the words, only their number is known, and not the tabs in which they are.
    """
    found = by_step(principal, replace(filters, tab="all"))
    if words_of(filters.words) and sum(found.values()) > CAPPED:
        return {"all": CAPPED + 1}
    lists = {**TABS, "under_way": UNDER_WAY, "all": tuple(found)}
    return {tab: min(sum(found.get(step, 0) for step in steps), CAPPED + 1) for tab, steps in lists.items()}


def too_many(counts: Mapping[str, int]) -> bool:
    """Whether more applications match the words than are counted."""
    return counts.keys() == {"all"}


def by_step(principal: Principal, filters: Filters) -> dict[str, int]:
    """Number of applications at each step, in the order of a grant's life; steps without any are left out.

    Counting ends at CAPPED + 1: at each step, or with words, for which all steps are searched together, in all.
    """
    if words_of(filters.words):
        first = _narrowed(select(Application.step), principal, filters).limit(CAPPED + 1).subquery()
        counted = select(first.c.step, func.count()).group_by(first.c.step)
    else:
        steps = select(func.unnest(array(STEPS)).label("step")).cte("steps")
        at = _narrowed(select(literal(1)).where(Application.step == steps.c.step), principal, filters)
        capped = at.correlate(steps).limit(CAPPED + 1).subquery()
        counted = select(steps.c.step, select(func.count()).select_from(capped).scalar_subquery())
    found: dict[str, int] = dict(db.session.execute(counted).all())
    return {step: found[step] for step in STEPS if found.get(step)}


def choices(principal: Principal) -> tuple[list[tuple[int, str]], list[str]]:
    """The calls and regions to filter a list by, in one query."""
    calls = (
        select(Call.id, Call.title)
        .where(Call.step != "draft", visible(Call, principal, (Side.OFFICE,)))
        .order_by(Call.id.desc())
        .limit(100)
    )
    regions = select(literal(None, Integer), Organisation.region).distinct().order_by(Organisation.region).limit(20)
    found = db.session.execute(union_all(calls, regions)).all()
    return [(id, title) for id, title in found if id is not None], [region for id, region in found if id is None]


def cursor(row: Application) -> str:
    """The position of a row in the list."""
    return f"{row.submitted_at.isoformat() if row.submitted_at else ''}_{row.id}"


def _place(text: str) -> tuple[datetime, int] | None:
    """The position encoded in a cursor; None for any other text, so that a broken link shows the first page."""
    at, _, id = text.rpartition("_")
    try:
        return values.instant(at), values.whole(id)
    except ValueError:
        return None


def _narrowed(
    wanted: Select[*tuple[Any, ...]], principal: Principal, filters: Filters, *, indexed: bool = True
) -> Select[*tuple[Any, ...]]:
    wanted = wanted.where(visible(Application, principal, (Side.OFFICE,)), Application.submitted_at.is_not(None))
    if filters.tab == "under_way" or filters.tab in TABS:
        wanted = wanted.where(Application.step.in_(UNDER_WAY if filters.tab == "under_way" else TABS[filters.tab]))
    if filters.call:
        wanted = wanted.where(Application.call_id == filters.call)
    if filters.region:
        wanted = wanted.where(Application.organisation_id.in_(_region(filters.region)))
    words = words_of(filters.words)
    return wanted.where(matching(words, indexed=indexed)) if words else wanted


def _region(name: str) -> Select[int]:
    return select(Organisation.id).where(Organisation.region == name)


class _Asked(NamedTuple):
    """An assignment of an application. scores: of a submitted review by criterion, None without one."""

    application: int
    stage: str
    step: str
    scores: dict[str, int | None] | None


_SCORES = (
    select(func.json_object_agg(Score.criterion, Score.points))
    .join(Review, Review.id == Score.review_id)
    .where(Review.assignment_id == Assignment.id, Assignment.step == "sent")
)
_ASKED = (
    select(Assignment.application_id, Assignment.stage, Assignment.step, _SCORES.scalar_subquery())
    .where(Assignment.application_id.in_(bindparam("applications", expanding=True)))
    .order_by(Assignment.id)
)


def _listed(page: Sequence[Application], owing: AbstractSet[int], *, hidden: AbstractSet[int]) -> list[Listed]:
    """List rows for a page of applications; one query reads what they need of all their reviews.

    hidden: applications whose scores the reader must not know.
    """
    asked: dict[tuple[int, str], list[_Asked]] = defaultdict(list)
    for row in db.session.execute(_ASKED, {"applications": [one.id for one in page]}) if page else ():
        asked[row[0], row[1]].append(_Asked(*row))
    return [_line(row, asked[row.id, row.stage], overdue=row.id in owing, hidden=row.id in hidden) for row in page]


def _line(row: Application, asked: Sequence[_Asked], *, overdue: bool, hidden: bool) -> Listed:
    states = [one.step for one in asked]
    rubric = row.call.data.rubric
    totals = [total for one in asked if one.scores and (total := written.total_of(one.scores, rubric)) is not None]
    return Listed(
        row,
        states.count("sent"),
        sum(states.count(s) for s in ("asked", "ready", "sent")),
        states.count("declined") + states.count("conflicted"),
        written.are_far_apart(totals) and not hidden,
        overdue,
    )


def _owes() -> ColumnElement[bool]:
    """Whether a report is overdue on any award of the applicant's organisation."""
    theirs = aliased(Application)
    return (
        select(Report.id)
        .join(Award, Award.id == Report.award_id)
        .join(theirs, theirs.id == Award.application_id)
        .where(
            is_one_with(theirs.organisation_id, Application.organisation_id),
            Report.step == "due",
            Report.due_on < func.date(func.grants_now()),
        )
        .exists()
    )
