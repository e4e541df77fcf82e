"""Search: each word may stand anywhere in the texts of a row, in any order, and is never interpreted as a pattern.

Texts and words are compared as `plain()` makes them, without case and accents. A number is also found without the
zeros that it begins with, so that “btn 2026 3” and “btn-2026-3” find BTN-2026-0003; one of one or two digits is found
as a whole number only, because a digit alone stands in most references.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, literal, or_

LONGEST, MOST = 100, 10
"""Characters of the search text and number of words that are used."""
NUMBER = re.compile(r"(?:[a-z]+-)?[0-9]+(?:-[0-9]+)*", re.IGNORECASE | re.ASCII)
"""A number, a reference such as BTN-2026-0003, or a part of one."""
AROUND = "#\"'“”„’«»()[],;:!?"
"""Signs that people put around a word or before a number: “#3”, quotes."""
ZEROS = re.compile(r"[0-]+")
SHORT = re.compile(r"[1-9][0-9]?", re.ASCII)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search text, each once; white space of every kind parts them, signs around them are left out."""
    found = unicodedata.normalize("NFC", text.replace("\x00", ""))[:LONGEST].split()
    return tuple(dict.fromkeys(word.strip(AROUND) or word for word in found))[:MOST]


def each(words: Iterable[str], matches: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The condition that a row matches every word."""
    return and_(*(matches(word) for word in words))


def holds(text: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    """The condition that a plain() text contains the word."""
    if not NUMBER.fullmatch(word) or ZEROS.fullmatch(word):
        return text.like(_pattern(word))
    numbered = text.regexp_match(_numbered(word))
    return numbered if SHORT.fullmatch(word) else or_(text.like(_pattern(word)), numbered)


def _pattern(word: str) -> ColumnElement[str]:
    """The LIKE pattern for a text that contains the word.

    It is escaped last, because plain() turns the wide percent sign of East Asian scripts into an ordinary one.
    """
    escaped: ColumnElement[str] = func.plain(word)
    for sign in ("\\", "%", "_"):
        escaped = func.replace(escaped, sign, f"\\{sign}")
    return literal("%").concat(escaped).concat("%")


def _numbered(word: str) -> str:
    """The expression for a text with these numbers, whatever zeros they begin with."""
    digits = re.sub(r"[0-9]+", lambda run: f"0*{run[0].lstrip('0') or '0'}", word.lower())
    return f"(^|[^0-9]){digits}([^0-9]|$)" if "0" <= word[0] <= "9" else f"{digits}([^0-9]|$)"
