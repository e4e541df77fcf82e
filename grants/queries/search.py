"""Search words: compared without case and accents, and never interpreted as a pattern."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, literal

MOST = 100


def containing(words: str) -> ColumnElement[str]:
    """The LIKE pattern for a plain() text that contains the words; only the first hundred characters are used."""
    escaped = words.strip()[:MOST].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return literal("%").concat(func.plain(escaped)).concat("%")
