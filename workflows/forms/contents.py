"""The content of a proposal as plain values: stored in JSON while it is a draft, and compared or hashed in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.forms.completeness import Content, Goal, Line

UNREAD = "unread"
"""The key of the texts in a draft that cannot be read as their column's type, by the name of the form's field."""
REPLY = "reply"
"""The key of the answer to the officer's question, which is sent beside the content and not in it."""
FACTS: Mapping[str, Any] = {"title": "", "summary": "", "starts_on": None, "months": None}
"""The questions that are columns of an application, each with its value before it is answered."""
NOTHING = Content(answers=FACTS)


def packed(content: Content) -> dict[str, Any]:
    """The content as JSON; `unpacked` is the inverse. Numbers are texts, so that none is rounded."""
    return {
        "answers": packed_answers(content.answers),
        "budget": [
            {
                "what": line.what,
                "category": line.category,
                "quantity": _text(line.quantity),
                "unit_cost": _text(line.unit_cost),
            }
            for line in content.lines
        ],
        "indicators": [
            {
                "name": goal.name,
                "unit": goal.unit,
                "baseline": _text(goal.baseline),
                "target": _text(goal.target),
                "how": goal.how,
            }
            for goal in content.goals
        ],
    }


def packed_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as JSON: dates as ISO texts."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in answers.items()}


def unpacked(stored: Mapping[str, Any], places: int) -> Content:
    """The content from its stored JSON. places: decimal places of the call's currency."""
    return Content(
        answers=unpacked_answers(stored.get("answers") or {}),
        lines=[
            Line(row["what"], row["category"], _number(row["quantity"]), _number(row["unit_cost"]), places)
            for row in stored.get("budget") or ()
        ],
        goals=[
            Goal(row["name"], row["unit"], _number(row["baseline"]), _number(row["target"]), row["how"])
            for row in stored.get("indicators") or ()
        ],
    )


def unpacked_answers(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The answers from their stored JSON, with every fact."""
    starts_on = stored.get("starts_on")
    return {**FACTS, **stored, "starts_on": date.fromisoformat(starts_on) if starts_on else None}


def to_send(content: Content) -> Content:
    """The content without texts that cannot be read and the answer to a question, which belong to a draft only."""
    kept = {key: value for key, value in content.answers.items() if key not in {UNREAD, REPLY}}
    return replace(content, answers=kept)


def same(one: Content, other: Content) -> bool:
    """Whether two contents are equal, apart from what belongs to a draft only."""
    return packed(to_send(one)) == packed(to_send(other))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
