"""The characters that letters can contain: those that the fonts of a standard installation provide.

`printable.txt` beside this file lists their ranges as hexadecimal numbers. `grants draw --characters` generates it from
the installed fonts; this copy is from Debian 12's `fonts-noto-core` and `fonts-noto-cjk`. A machine with more fonts can
generate a longer list. A letter with a character that no font provides is not printed at all, so every text that is
printed in letters is checked against this list when it is submitted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("printable.txt")
UNSEEN = "\n\t\N{SOFT HYPHEN}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
"""Characters that need no glyph."""
SHOWN = 5


def strange(text: str) -> str:
    """The characters of a text that cannot be printed, each once and at most five; empty if all can be printed."""
    if text.isascii():
        return ""
    first, last = _ranges()
    found = dict.fromkeys(c for c in text if c not in UNSEEN and not _in_ranges(ord(c), first, last))
    return " ".join(list(found)[:SHOWN])


def _in_ranges(code: int, first: list[int], last: list[int]) -> bool:
    place = bisect_right(first, code) - 1
    return place >= 0 and code <= last[place]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    """The first and the last code of each range, in ascending order."""
    pairs = [part.partition("-") for part in TABLE.read_text(encoding="ascii").split()]
    return [int(first, 16) for first, _, _ in pairs], [int(last or first, 16) for first, _, last in pairs]


def table(codes: Iterable[int]) -> str:
    """The text of `printable.txt` for these codes, with ten ranges per line."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    words = [f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ranges]
    return "\n".join(" ".join(words[place : place + 10]) for place in range(0, len(words), 10)) + "\n"
