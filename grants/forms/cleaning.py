"""The cleaning of every text that is typed or pasted, so that it keeps its lines and words and holds nothing unseen.

Word processors and web pages part lines, cells and words by signs of their own. What a sign parts stays parted.
"""

from __future__ import annotations

import re
import unicodedata

import regex

from workflows.words import DENSE

LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
"""The ends of lines of Windows, of old Macs, of Word (a line break is VT, a page break FF) and of Unicode."""
CELL_ENDS = re.compile(" *\t[ \t]*")
"""What parts the cells of a pasted table."""
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
"""Invisible characters needed to spell Persian or to order Arabic beside Latin text."""
LOOKS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
"""Characters that only select whether the preceding sign is drawn as text or as a picture."""
BULLETS = str.maketrans(dict.fromkeys("\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc\uf076", "\N{BULLET}"))
"""The bullets of Word, which stand in the private codes of its symbol fonts."""
BREAK = "\N{ZERO WIDTH SPACE}"
STRAY_BREAK = regex.compile(rf"(?<![{DENSE}{BREAK}]){BREAK}+|{BREAK}+(?![{DENSE}{BREAK}])|{BREAK}+(?={BREAK})")
"""A zero-width space anywhere but between letters of a script without spaces, where it says where a line may end."""
FIXED_SPACE = regex.compile(r"(?<=[\p{L}\p{M}])\u00a0(?=[\p{L}\p{M}])|(?<=[ \n\u00a0])\u00a0|\u00a0(?=[ \n\u00a0])")
"""A no-break space between letters or beside another space, where web pages and their editors put them at random.

Beside a number, a unit or a sign it is meant: there it is kept.
"""


def cleaned(text: str | None) -> str | None:
    """Normalise a text: NFC, line feeds only, no space at either end, no invisible characters; None stays None.

    Line ends of every kind become line feeds, and tabs one space. Control characters, soft hyphens, direction
    overrides, private and unassigned characters are removed, and so are zero-width spaces, but for those between words
    of Khmer and other scripts without spaces. A text of joiners and spaces alone becomes empty.
    """
    if text is None:
        return None
    lines = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text.translate(BULLETS)))
    parted = CELL_ENDS.sub(" ", lines)
    visible = "".join(c for c in parted if c == "\n" or c in JOINERS + BREAK or _visible(c))
    kept = FIXED_SPACE.sub(" ", STRAY_BREAK.sub("", visible)).strip()
    return kept if kept.strip(JOINERS + " \n") else ""


def on_one_line(text: str | None) -> str | None:
    """A cleaned text without line breaks; None stays None."""
    return None if text is None else re.sub(r" *\n[ \n]*", " ", text)


def _visible(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in LOOKS
