"""Which characters our letters can print: those that the fonts of a plain installation have.

`printable.txt` beside this file holds their ranges as hexadecimal numbers, drawn from Debian 12's `fonts-noto-core`
and `fonts-noto-cjk` by `grants draw --characters`. A machine with more fonts may draw it anew and keep more. A letter
that meets a character without a font is not printed at all, so whatever goes into letters is held against this table
before it is sent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("printable.txt")
UNSEEN = "\n\t\N{SOFT HYPHEN}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
"""What needs no glyph."""
SHOWN = 5


def strange(text: str) -> str:
    """The characters of a text that cannot be printed, each once, five at most; empty when all can."""
    if text.isascii():
        return ""
    first, last = _ranges()
    found = dict.fromkeys(c for c in text if c not in UNSEEN and not _within(ord(c), first, last))
    return " ".join(list(found)[:SHOWN])


def _within(code: int, first: list[int], last: list[int]) -> bool:
    place = bisect_right(first, code) - 1
    return place >= 0 and code <= last[place]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """The first and the last code of each range, in their order."""
    pairs = [part.partition("-") for part in TABLE.read_text(encoding="ascii").split()]
    return [int(first, 16) for first, _, _ in pairs], [int(last or first, 16) for first, _, last in pairs]


def table(codes: Iterable[int]) -> str:
    """The text of the table for these codes, ten ranges to a line."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    words = [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges]
    return "\n".join(" ".join(words[place : place + 10]) for place in range(0, len(words), 10)) + "\n"
