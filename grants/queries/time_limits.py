"""Time limits of steps in SQL, by the clock of a call: the same choice of hours or days as `workflows.deadlines`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, Select, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from grants.models import Application, Call, Event
from workflows.deadlines import HOUR, UNITS

CLOCK = Call.rules["clock"]
"""The clock of a call."""
LONGEST = 999_999
"""Hours or days; PostgreSQL can add as many to an instant."""


def hours(*steps: str) -> Any:
    """The first time limit of these steps that the call sets, in hours; null if it sets none."""
    return func.coalesce(*(_number(CLOCK, step, unit) * (UNITS[unit] // HOUR) for step in steps for unit in UNITS))


def in_hours(step: Any, clock: Any = CLOCK) -> Any:
    """The time limit of the step where it is one of hours; otherwise null. step: its key, or a column with it."""
    return _number(clock, step, "hours")


def ends_at(hours: Any, began: Any = Application.step_at) -> Any:
    """The instant at which a limit of this number of hours ends."""
    return began + func.make_interval(0, 0, 0, 0, hours)


def reminded_at(keys: Any, application: Any, since: Any) -> Select[Any]:
    """When the clock last applied one of these transitions to the application, as one value; null if never since then.

    keys: a sequence, or an expanding parameter. application: its id, or the column with it. since: when its step was
    reached.
    """
    return select(func.max(Event.at)).where(
        Event.about == Application.__tablename__, Event.about_id == application, Event.key.in_(keys), Event.at >= since
    )


def unreadable(*steps: str) -> ColumnElement[bool]:
    """Whether the call sets a time limit of these steps that is no number, as none of our forms does."""
    kinds = (func.jsonb_typeof(func.jsonb_extract_path(CLOCK, f"{step}_{unit}")) for step in steps for unit in UNITS)
    return or_(*(kind.not_in(["number", "null"]) for kind in kinds))


def _number(clock: Any, step: Any, unit: str) -> Any:
    """The number that the clock sets in this unit; 0, and what is no number, is no limit."""
    value = func.jsonb_extract_path(
        clock, f"{step}_{unit}" if isinstance(step, str) else step.concat(f"_{unit}"), type_=JSONB
    )
    number = func.greatest(func.least(cast(value, Numeric), LONGEST), -LONGEST)
    return func.nullif(case((func.jsonb_typeof(value) == "number", cast(number, Integer))), 0)
