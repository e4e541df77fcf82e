"""The one reader of numbers as people type them, in the format of their language."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from flask_babel import gettext
from wtforms.validators import ValidationError

LARGEST = Decimal(10) ** 12
DIGITS = 30
"""Most digits accepted after the decimal separator; no stored number has more."""
GROUP = 3
"""Digits of a group of thousands."""
BLANKS = re.compile("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
GROUPED = re.compile(rf"([1-9]\d{{0,2}}(?:([ ’.,])\d{{3}})(?:\2\d{{3}})*)(?:(?!\2)[.,](\d{{1,{DIGITS}}}))?")
"""Groups of thousands with one sign between them, then decimals after another sign."""
UNGROUPED = re.compile(rf"(\d*)[.,](\d{{1,{DIGITS}}})")
EXPONENT = re.compile(r"[\d.,]+e[+-]?\d+", re.IGNORECASE)


def number(text: str, wrong: str = "") -> Decimal:
    """Parse a number as people type it; raises ValidationError with the reason, which is `wrong` for other texts.

    A blank, an apostrophe, a comma or a dot separates thousands, in whole groups only; a comma or a dot separates the
    decimals. Where both are possible, the number is read as in English: "1,500" is 1500, and "1.234" has decimals. A
    dot before three digits that end in zero is rejected, with both readings, as nobody writes decimals like that.
    """
    shown = BLANKS.sub(" ", text.strip())
    sign, digits = _ascii(shown[:1]), _ascii(shown)
    if sign in ("+", "-"):
        digits = digits[1:].lstrip(" ")
    plain = digits if re.fullmatch(r"\d+", digits) else _grouped(digits, shown) or _with_decimals(digits)
    if plain is None:
        if EXPONENT.fullmatch(digits):
            raise ValidationError(gettext("Enter the number in full, such as 0 or 12.50."))
        raise ValidationError(wrong or gettext("Enter a number, such as 0 or 12.50."))
    value = Decimal(f"{'-' if sign == '-' else ''}{plain}")
    if value.copy_abs() >= LARGEST:
        raise ValidationError(gettext("Enter a number below 1,000,000,000,000."))
    return value


def digits(text: str) -> int | None:
    """A number of up to nine digits of any script, without sign, separators or blanks; None for any other text."""
    plain = _ascii(text)
    return int(plain) if re.fullmatch(r"\d{1,9}", plain, re.ASCII) else None


def _ascii(text: str) -> str:
    """The text with the digits of every script, such as Arabic, as the digits 0 to 9."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _grouped(text: str, shown: str) -> str | None:
    """A number with groups of thousands, without them; None for another. Raises ValidationError for "1.500"."""
    found = GROUPED.fullmatch(text)
    if found is None:
        return None
    groups, between, decimals = found.groups()
    whole = groups.replace(between, "")
    if between == "." and decimals is None and groups.count(between) == 1:
        return _one_dot(text, whole, shown)
    return whole if decimals is None else f"{whole}.{decimals}"


def _one_dot(text: str, thousand: str, shown: str) -> str:
    """A number such as 1.234, whose dot separates decimals. 1.500 means 1500 in French or Spanish, 1.5 in English."""
    if not text.endswith("0"):
        return text
    raise ValidationError(
        gettext(
            "“%(number)s” can mean %(thousand)s or %(plain)s. Enter it without the dot, or with fewer digits.",
            number=shown,
            thousand=("-" if shown.startswith("-") else "") + thousand,
            plain=("-" if shown.startswith("-") else "") + text.rstrip("0").rstrip("."),
        )
    )


def _with_decimals(text: str) -> str | None:
    """A number with decimals and without groups; None for another, and where decimals look like a group of thousands.

    "10,0000" and "1336.500" may have lost a separator, and "01,500" is no number of any form.
    """
    found = UNGROUPED.fullmatch(text)
    if found is None:
        return None
    whole, decimals = found.groups()
    if len(decimals) >= GROUP and whole.strip("0") and (whole.startswith("0") or decimals.endswith("0")):
        return None
    return f"{whole}.{decimals}"
