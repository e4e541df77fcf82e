"""Strict readers of numbers and days in the one form in which pages and drafts write them.

Python's own readers accept more: `int` and `Decimal` read "1_0", " 12 ", "1e5" and the digits of every script, and
`date.fromisoformat` reads "20270301". What people type is read in `grants.forms`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

WHOLE = re.compile(r"\d{1,18}", re.ASCII)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def whole(value: object) -> int:
    """A number without a sign, such as an id, a version or a page; raises ValueError for any other text."""
    if isinstance(value, int):
        return value
    return int(_matching(WHOLE, value))


def number(value: object) -> Decimal:
    """A number in plain digits with a dot before its decimals; raises ValueError for any other text."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(_matching(NUMBER, value))


def day(value: object) -> date:
    """A day such as 2027-03-01; raises ValueError for any other text."""
    if isinstance(value, date):
        return value
    return date.fromisoformat(_matching(DAY, value))


def instant(value: str) -> datetime:
    """An instant with its time zone as `isoformat` writes it; raises ValueError for any other text."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None or found.isoformat() != value:
        raise ValueError(f"not an instant: {value!r}")
    return found


def _matching(form: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(f"not a value of its form: {value!r}")
    return value
