"""User input: numbers in the format of the writer's language, and text without invisible characters."""

from __future__ import annotations

from decimal import Decimal

import pytest
from wtforms.validators import ValidationError

from grants.forms.base import cleaned, money, number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,336.00", "1336.00"),
        ("1 336,5", "1336.5"),
        ("1.336,00", "1336.00"),
        ("1,500", "1500"),
        ("0.500", "0.5"),
        ("17.085", "17.085"),
        ("12.5", "12.5"),
    ],
)
def test_a_number_is_parsed_as_intended(typed: str, read: str) -> None:
    assert number(typed) == Decimal(read)


@pytest.mark.parametrize(
    ("typed", "text_found"),
    [
        ("1.500", "1500 or 1.5\\."),
        ("12.000", "12000 or 12\\."),
        ("250.000", "250000 or 250\\."),
        (" 2.050 ", "2050 or 2.05\\."),
    ],
)
def test_an_ambiguous_number_is_refused_with_both_readings(typed: str, text_found: str) -> None:
    with pytest.raises(ValidationError, match=text_found):
        money(typed, "USD")


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
