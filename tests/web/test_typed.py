"""User input: numbers in the format of the writer's language, and text without invisible characters."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form
from wtforms.validators import ValidationError

from grants.forms import days, numerals
from grants.forms.calls import InstantField
from grants.forms.cleaning import cleaned
from grants.forms.numerals import number

MISTYPED = {
    "1,00,0": "1000",
    "1,,5": "15",
    ",,,1": "1",
    "01,500": "1500",
    "1 2345": "12345",
    "12 5": "125",
}
"""Numbers without a clear meaning, and what they become without their separators."""


@pytest.mark.parametrize(("typed", "stored"), {**MISTYPED, "0,125": "125"}.items())
def test_separators_outside_whole_groups_would_store_another_number(
    typed: str, stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: without the form of groups, separators are removed wherever they stand."""
    monkeypatch.setattr(numerals, "_plain", lambda text, *_: re.sub("[ ,.]", "", text))

    assert number(typed) == Decimal(stored)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2031-01-01T23:59", datetime(2031, 1, 1, 23, 59, tzinfo=UTC)),
        ("2031-01-01 23:59", datetime(2031, 1, 1, 23, 59, tzinfo=UTC)),
        ("2031-01-01T23:59:30", datetime(2031, 1, 1, 23, 59, 30, tzinfo=UTC)),
        ("2031-01-01 23:59:30", datetime(2031, 1, 1, 23, 59, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_both_ways(typed: str, read: datetime) -> None:
    assert days.instant(typed) == read
    assert deadline(typed).data == read


FOLLOWED = [
    "2031-01-01 11:59 PM",
    "2031-01-01T23:59-12:00",
    "2031-01-01T23:59Z",
    "2031-01-01 23:59:59.999 UTC+5",
    "2031-01-01T23:59garbage",
]
"""Instants followed by a text that would change them."""


@pytest.mark.parametrize(
    "typed", [*FOLLOWED, "2031-1-1 09:00", "2031-01-0112:59", "2031-01-01", "2031-01-01T9:00", "2031-13-01T09:00"]
)
def test_an_instant_of_another_form_is_refused_and_kept(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a date and time"):
        days.instant(typed)

    field = deadline(typed)
    assert (field.data, [str(error) for error in field.errors]) == (
        None,
        ["Enter a date and time, such as 2026-11-30 23:59."],
    )
    assert f'value="{typed}"' in field()


@pytest.mark.parametrize("typed", FOLLOWED)
def test_what_follows_an_instant_would_be_ignored(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a form that ends after the minute reads another instant."""
    monkeypatch.setattr(days, "INSTANT", re.compile(".{16}.*"))
    monkeypatch.setattr(days, "datetime", Cut)

    assert days.instant(typed) == datetime.fromisoformat(typed[:16]).replace(tzinfo=UTC)


class Cut(datetime):
    """Reads the date, the hour and the minute, whatever follows."""

    @classmethod
    def fromisoformat(cls, text: str) -> Self:
        """The instant of the first sixteen characters."""
        return super().fromisoformat(text[:16])


def deadline(typed: str) -> Field:
    """A field of an instant with what was typed."""

    class Deadline(Form):
        at = InstantField("Deadline", required=False)

    form = Deadline(MultiDict({"at": typed}))
    form.validate()
    return form["at"]


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\ue000", "\ufffe", "\x07", "\ufeff"])
def test_invisible_characters_are_removed(hidden: str) -> None:
    assert cleaned(f"Wi{hidden}-Fi") == "Wi-Fi"
    assert cleaned(f" {hidden} ") == ""


@pytest.mark.parametrize("text", ["\u0645\u06cc\u200c\u062e\u0648", "\u0634\u0628\u0643\u0629 ABC\u200f!"])
def test_persian_joiners_and_arabic_marks_are_kept(text: str) -> None:
    assert cleaned(text) == text


def test_joiners_alone_are_not_text() -> None:
    assert cleaned("\u200d\u200c") == ""


def test_a_sign_is_kept_without_its_emoji_selector() -> None:
    assert cleaned("With \u2764\ufe0f and \u260e\ufe0e") == "With \u2764 and \u260e"
