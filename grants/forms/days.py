"""Days and instants as people type them, in the years that calls, grants and their deadlines can have."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext
from wtforms import DateField
from wtforms.validators import Optional, ValidationError

from workflows.forms import values

YEARS = range(2000, 2101)
"""Every day that is typed lies in these years, so that time limits can be added to it."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?", re.ASCII)
"""A date and a time with or without seconds, and nothing else."""


def day(text: str, wrong: str) -> date:
    """The day of a text such as 2027-03-01; raises ValidationError with `wrong`, or with the years that are allowed."""
    try:
        found = values.day(text)
    except ValueError:
        raise ValidationError(wrong) from None
    require_year(found)
    return found


def instant(text: str) -> datetime:
    """The instant of a date and time in UTC, as a browser sends it or with a space; raises ValidationError.

    Nothing may follow, as a time zone or "PM" would change the instant.
    """
    wrong = ValidationError(gettext("Enter a date and time, such as 2026-11-30 23:59."))
    if not INSTANT.fullmatch(text):
        raise wrong
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise wrong from None
    require_year(found)
    return found


class DayField(DateField):
    """A day that may be missing."""

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(label, [Optional()], **kw)

    def process_formdata(self, values: list[str]) -> None:
        """Read the day; raises ValidationError with the expected form."""
        self.data = None
        if values and values[0].strip():
            self.data = self.value_of(values[0].strip())

    def value_of(self, text: str) -> date:
        """The day of a text; raises ValidationError."""
        return day(text, gettext("Enter a date, such as 2026-03-01."))


def require_year(found: date) -> None:
    """Raise ValidationError unless the day or instant lies in YEARS."""
    if found.year not in YEARS:
        raise wrong_year()


def wrong_year() -> ValidationError:
    """The error of a year outside YEARS."""
    return ValidationError(gettext("Enter a year from %(first)s to %(last)s.", first=YEARS[0], last=YEARS[-1]))
