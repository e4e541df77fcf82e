"""The table of cases by which the server and the page read numbers: `numerals.txt`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("en", "fr", "es", "ar")
TABLE = Path(__file__).with_suffix(".txt")


class Case(NamedTuple):
    """What is typed, in which language, and the value in plain digits or the reason of a refusal."""

    typed: str
    language: str
    expected: str


def cases() -> Iterator[Case]:
    """Every case of the table, in each language."""
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        typed, *expected = line.split("\t")
        yield from (Case(_unescaped(typed), *pair) for pair in zip(LANGUAGES, expected, strict=True))


def _unescaped(text: str) -> str:
    return re.sub(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\t", lambda found: found[0].encode().decode("unicode_escape"), text)
