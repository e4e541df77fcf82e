"""How much text documents have room for: characters, lines, and characters in a row without a place to break.

A document with more pages than `reports.limits` allows is not printed, so every text that is printed is checked here
where it is typed and before it is submitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from workflows.words import DENSE

CHARACTERS, LINES, UNBROKEN = 10_000, 100, 300
"""The most characters and lines of a text, and the most characters of a word, which the printer breaks one by one."""
BUDGET_LINES = 80
"""The most lines of a budget where the call sets no limit."""

_RUN = regex.compile(rf"(?:[^\s\p{{Script=Hangul}}{DENSE}]|[\u00a0\u202f\u2007])+")


def lines_of(text: str) -> int:
    """The lines of a text that are not empty; each is printed as a paragraph."""
    return sum(1 for line in text.split("\n") if line.strip())


def longest_word(text: str) -> int:
    """The length of the longest run of characters within which a line is not broken at a space or between letters."""
    return max((len(run.group()) for run in _RUN.finditer(text)), default=0)


class Excess(NamedTuple):
    """What a text has more of than is allowed: characters, lines, or characters of a `word`."""

    of: str
    size: int
    most: int


def excesses(text: str, *, characters: int = CHARACTERS) -> Iterator[Excess]:
    """Everything that the text has too much of. In a field of one line, the limit of characters is that of words."""
    if len(text) > characters:
        yield Excess("characters", len(text), characters)
    if (lines := lines_of(text)) > LINES:
        yield Excess("lines", lines, LINES)
    if characters > UNBROKEN and (word := longest_word(text)) > UNBROKEN:
        yield Excess("word", word, UNBROKEN)
