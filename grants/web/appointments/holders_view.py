"""What the page of roles shows: who holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.db import today
from grants.queries import appointments
from grants.queries.appointments import Filters, Held
from grants.web.persons.invited import SOON, ends_soon, scope_of
from grants.web.site.authorization import principal
from grants.web.site.formats import label, translate
from workflows.engine.roles import APPOINTED, Role
from workflows.programmes import programmes


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as a line. url: of the page of its person; empty for a reader who may not open it. until: its end date.

    soon: this is near.
    """

    name: str
    email: str
    url: str
    role: str
    scope: str
    since: date
    until: date | None
    soon: bool


@dataclass(frozen=True, slots=True)
class HoldersPage:
    """The roles that are held now. roles, programmes: what can be chosen, by key; days: what counts as ending soon.

    filtered: whether anything is chosen. next: the address of the next page, first: of the first, where this is not.
    """

    filters: Filters
    roles: Mapping[str, str]
    programmes: Mapping[str, str]
    days: int
    rows: Sequence[HeldRole]
    filtered: bool
    next: str | None
    first: str | None


def show() -> HoldersPage:
    """The page for the filters of the request; a value that cannot be chosen filters nothing."""
    roles = {str(role): label(role) for role in APPOINTED}
    codes = {code: translate(programme.title) for code, programme in programmes().items()}
    asked = request.args
    filters = Filters(
        words=asked.get("words", "").strip(),
        role=asked.get("role", "") if asked.get("role") in roles else "",
        programme=asked.get("programme", "") if asked.get("programme") in codes else "",
        soon=asked.get("soon") == "yes",
    )
    chosen: dict[str, Any] = {key: value for key, value in filters.as_query().items() if value}
    after = asked.get("after", "")
    found, further = appointments.held(principal(), filters, by=today() + SOON, after=after)
    return HoldersPage(
        filters=filters,
        roles={"": gettext("Any role"), **roles},
        programmes={"": gettext("Any programme"), **codes},
        days=SOON.days,
        rows=[_line(one) for one in found],
        filtered=bool(chosen),
        next=url_for("appointments.index", **chosen, after=further) if further else None,
        first=url_for("appointments.index", **chosen) if after else None,
    )


def _line(one: Held) -> HeldRole:
    row = one.appointment
    opens = principal().may(Permission.SET_PEOPLE)
    return HeldRole(
        name=row.person.name,
        email=row.person.email,
        url=url_for("persons.show", id=row.person_id) if opens else "",
        role=label(Role(row.role)),
        scope=scope_of(row.programme, one.call),
        since=row.created_at.date(),
        until=row.ends_on,
        soon=ends_soon(row.ends_on, today()),
    )
