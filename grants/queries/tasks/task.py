"""One task in the form that every query of the inbox returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import cast, null
from sqlalchemy.types import Date, DateTime, Text


@dataclass(frozen=True, slots=True)
class Task:
    """One task. kind: what to do; id: the row to open; due_on: None if no date is set.

    due_at: the instant, where the time limit is one of hours.
    """

    kind: str
    id: int
    title: str
    party: str
    due_on: date | None
    due_at: datetime | None = None


def columns(kind: Any, id: Any, title: Any, party: Any, due: Any, *, at: Any = None) -> tuple[Any, ...]:
    """The columns of a task, for a union over all kinds."""
    return (
        cast(kind, Text).label("kind"),
        id.label("id"),
        title.label("title"),
        party.label("party"),
        cast(due, Date).label("due_on"),
        cast(null() if at is None else at, DateTime(timezone=True)).label("due_at"),
    )
