"""How long a document can be. Beyond it nothing is printed, and what is clearly beyond it is not even laid out.

Forms limit what people type so that everything they accept has room (`workflows/forms/extent.py`). These limits stop
what an earlier release accepted, and whatever else no form has limited, before it takes minutes of a worker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.refusal import Unprintable
from reports.snapshots import Snapshot

MOST_PAGES = {"award_letter": 15, "decline_letter": 15, "receipt": 10, "impact_report": 130}
LINES_OF_A_PAGE = 40
"""The fewest lines that a page has room for: paragraphs of one line each, with the space between them."""
CHARACTERS_OF_A_LINE = 100
"""The most characters that a line of text has room for, so that lines are never counted too high."""
LONGEST_WORD = 400
"""A word of ten thousand characters takes a quarter of a minute, because it could be broken at each of them."""
BREAKS = re.compile(
    r"(?:[^\S\u00a0\u202f\u2007]"
    r"|[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff])+"
)
"""Spaces, and the scripts in which a line can end between any two letters or syllables."""


def check_length(snapshot: Snapshot) -> None:
    """Raise Unprintable if the texts of the snapshot are clearly longer than the document can be."""
    texts = list(_texts(snapshot.model_dump()))
    word = max((word for text in texts for word in BREAKS.split(text)), key=len, default="")
    if len(word) > LONGEST_WORD:
        raise Unprintable(
            f"A word has {len(word):,} characters, and at most {LONGEST_WORD} can be printed. It begins with "
            f"“{word[:20]}”. Put a space into it."
        )
    most = MOST_PAGES[snapshot.kind] * LINES_OF_A_PAGE
    lines = sum(_lines(text) for text in texts)
    if lines > most:
        raise Unprintable(f"Its texts have {lines:,} lines, and at most {most:,} can be printed. Shorten them.")


def check_pages(snapshot: Snapshot, pages: int) -> None:
    """Raise Unprintable if the document has more pages than its kind can have."""
    most = MOST_PAGES[snapshot.kind]
    if pages > most:
        raise Unprintable(f"The document has {pages} pages, and at most {most} are allowed. Shorten its texts.")


def _lines(text: str) -> int:
    """The fewest lines in which the text can be printed."""
    return sum(1 + len(line) // CHARACTERS_OF_A_LINE for line in text.split("\n") if line.strip())


def _texts(value: object) -> Iterator[str]:
    """Every text in the snapshot."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _texts(part)
