"""The proposals of the demonstration, one JSON file each, with their reviews.

Title, amount and country of those by real chapters are published; everything else is invented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from workflows.forms.completeness import Goal, Line

FOLDER = Path(__file__).parent
COMMENTS: dict[str, dict[str, str]] = json.loads((FOLDER.parent / "comments.json").read_text("utf-8"))
TABLES = {
    "activities": ("activity", "start", "end", "who"),
    "team": ("name", "role", "member"),
    "partners": ("name", "role", "outside"),
    "risks": ("risk", "response"),
}
"""The columns of each table question."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review: points for each criterion, two texts, and the recommendation."""

    points: Mapping[str, int]
    comments: Mapping[str, str]
    strengths: str
    concerns: str
    fund: bool
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as written by its organisation.

    starts_after: days from the day of writing; the project starts on the Monday after them. answers: of the questions
    without a table. tables: rows of each table question; activities give their days as numbers, counted from the start
    of the project.
    """

    organisation: str
    people: Sequence[str]
    title: str
    summary: str
    starts_after: int
    months: int
    answers: Mapping[str, Any]
    tables: Mapping[str, Sequence[Sequence[Any]]]
    lines: Sequence[Line]
    goals: Sequence[Goal]
    reviews: Sequence[Review]

    def starts_on(self, today: date) -> date:
        """The start of the project, if its proposal is written today."""
        day = today + timedelta(days=self.starts_after)
        return day + timedelta(days=-day.weekday() % 7)

    def rows(self, today: date, tick: str = "yes") -> dict[str, list[dict[str, str]]]:
        """The rows of every table question, with dates. tick: the value of a ticked box, stored or in the form."""
        first = self.starts_on(today)
        return {
            key: [dict(zip(TABLES[key], (_cell(cell, first, tick) for cell in row), strict=True)) for row in rows]
            for key, rows in self.tables.items()
        }


def _cell(cell: Any, first: date, tick: str) -> str:
    if isinstance(cell, bool):
        return tick if cell else ""
    return (first + timedelta(days=cell)).isoformat() if isinstance(cell, int) else str(cell)


@cache
def read(key: str) -> Proposal:
    """The proposal in the file of this name; raises FileNotFoundError if there is none."""
    found = json.loads((FOLDER / f"{key}.json").read_text("utf-8"))
    return Proposal(
        people=found.get("people", ()),
        tables={key: found[key] for key in TABLES if key in found},
        lines=[Line(what, kind, Decimal(count), Decimal(cost)) for what, kind, count, cost in found["budget"]],
        goals=[Goal(name, unit, Decimal(a), Decimal(b), how) for name, unit, a, b, how in found["indicators"]],
        reviews=[_review(one) for one in found.get("reviews", ())],
        **{key: found[key] for key in ("organisation", "title", "summary", "starts_after", "months", "answers")},
    )


def _review(found: Mapping[str, Any]) -> Review:
    points = found["points"]
    return Review(
        points=points,
        comments={key: COMMENTS[key][str(count)] for key, count in points.items()},
        strengths=found["strengths"],
        concerns=found["concerns"],
        fund=found["fund"],
        amount=Decimal(found["amount"]) if "amount" in found else None,
    )
