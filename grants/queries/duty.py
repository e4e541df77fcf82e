"""One thing that somebody must do, as every query of the inbox answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import cast, func
from sqlalchemy.types import Date, Text

from grants.models import Application, Call


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do. kind says what; id is the row to open; due_on None means no day is set."""

    kind: str
    id: int
    title: str
    party: str
    due_on: date | None


def columns(kind: Any, id: Any, title: Any, party: Any, due: Any) -> tuple[Any, ...]:
    """The columns of a duty, for a union over all kinds of them."""
    return (
        cast(kind, Text).label("kind"),
        id.label("id"),
        title.label("title"),
        party.label("party"),
        cast(due, Date).label("due_on"),
    )


def hours(*names: str) -> Any:
    """The first number of a call's clock that is set: `name_hours`, or `name_days` in hours."""
    clock = Call.rules["clock"]
    numbers = ((clock[f"{name}_hours"].as_integer(), clock[f"{name}_days"].as_integer() * 24) for name in names)
    return func.coalesce(*(number for pair in numbers for number in pair))


def day(hours: Any) -> Any:
    """The day a step is due: so many hours after it was reached."""
    return func.date(Application.step_at + func.make_interval(0, 0, 0, 0, hours))
