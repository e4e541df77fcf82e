"""Words that are looked for: without case and accents, and never as a pattern of the one who types them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, literal

MOST = 100


def holding(words: str) -> ColumnElement[str]:
    """The pattern of LIKE for a plain() text that holds the words; a hundred characters of them count."""
    escaped = words.strip()[:MOST].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return literal("%").concat(func.plain(escaped)).concat("%")
