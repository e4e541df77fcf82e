"""What presses the office most: applications whose step runs on a clock of hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.access import Who, seen
from grants.db import Side, db
from grants.models import Application, Call

MOST = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """An application on a clock of hours, and the instant at which it runs out."""

    application: Application
    ends_at: datetime


def alerts(who: Who) -> list[Alert]:
    """The three whose hours run out first: an invited draft by its own end, any other by its call's number."""
    clock = Call.rules["clock"]
    on_clock = select(Call.id, clock.label("clock")).where(clock["triage_hours"].as_integer().is_not(None))
    clocks = on_clock.cte("clocks").prefix_with("MATERIALIZED")  # the rules of a call are long, and are unpacked once
    hours = clocks.c.clock[Application.step.concat("_hours")].as_integer()
    ends = case(
        (Application.step == "draft", Application.invited_until),
        else_=Application.step_at + func.make_interval(0, 0, 0, 0, hours),
    ).label("ends_at")
    wanted = (
        select(Application, ends)
        .join(Application.call)
        .join(clocks, clocks.c.id == Application.call_id)
        .options(contains_eager(Application.call), joinedload(Application.organisation))
        .where(
            seen(Application, who, (Side.OFFICE,)),
            Application.step.in_(("triage", "draft", "review", "decision")),
            ends.is_not(None),
        )
        .order_by(ends, Application.id)
        .limit(MOST)
    )
    return [Alert(row, at) for row, at in db.session.execute(wanted)]
