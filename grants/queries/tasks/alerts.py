"""Urgent applications for the officers: those whose step has a time limit in hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CTE, Select, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from grants.access.principals import Principal
from grants.access.shapes import kept, shape_of, values_of
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Application, Call
from grants.queries import time_limits

MOST = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """An application with a time limit in hours, and the instant when its time runs out."""

    application: Application
    ends_at: datetime


def alerts(principal: Principal) -> list[Alert]:
    """The three applications whose time runs out first.

    An invited draft has its own time limit, every other application the limit of its call. Only calls with such a limit
    are searched, each for its own first three.
    """
    found = db.session.execute(soonest(shape_of(principal)), values_of(principal))
    return [Alert(row, at) for row, at in found]


@kept
def soonest(shape: Principal) -> Select[Application, datetime]:
    """The statement of `alerts` for principals of this shape."""
    on_clock = select(Call.id, time_limits.CLOCK.label("clock")).where(time_limits.in_hours("triage").is_not(None))
    clocks = on_clock.cte("clocks").prefix_with("MATERIALIZED")  # the rules of a call are long; unpack them only once
    parts = (_first_at(step, shape, clocks).subquery() for step in ("triage", "draft", "review", "decision"))
    first = union_all(*(select(part) for part in parts)).lateral("first")
    return (
        select(Application, first.c.ends_at)
        .select_from(clocks.join(first, true()).join(Application, Application.id == first.c.id))
        .options(selectinload(Application.call), joinedload(Application.organisation))
        .order_by(first.c.ends_at, Application.id)
        .limit(MOST)
    )


def _first_at(step: str, shape: Principal, clocks: CTE) -> Select[int, datetime | None]:
    """The first three applications of a call at this step to end, in the order of an index."""
    ends, began = Application.invited_until, Application.invited_until
    if step != "draft":
        ends, began = time_limits.ends_at(time_limits.in_hours(step, clocks.c.clock)), Application.step_at
    return (
        select(Application.id, ends.label("ends_at"))
        .where(
            Application.call_id == clocks.c.id,
            Application.step == step,
            Application.submitted_at.is_not(None),
            visible(Application, shape, (Side.OFFICE,)),
            ends.is_not(None),
        )
        .order_by(began, Application.id)
        .limit(MOST)
        .correlate(clocks)
    )
