"""Arabic labels for the print engine, which draws the text of an SVG letter by letter, from left to right.

Each letter is replaced by its presentation form (initial, medial, final, isolated), and the order is that of the eye.
It is enough for the labels of our charts, dates and amounts: there is no ligature of lam and alef in a month. Source:
The Unicode Standard 15.1, section 9.2.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from reports.typography import EITHER_WAY, END, LEFT_TO_RIGHT, runs_right_to_left

MARKS = re.compile(f"[{EITHER_WAY}{LEFT_TO_RIGHT}{END}]")
SPACES = re.compile("[ \u00a0]")


def as_drawn(label: str) -> str:
    """The characters of a label from left to right; a label without Arabic is returned without marks of direction."""
    words = SPACES.split(MARKS.sub("", label))
    if not any(map(runs_right_to_left, words)):
        return MARKS.sub("", label)
    return "\u00a0".join(_shaped(word)[::-1] if runs_right_to_left(word) else word for word in reversed(words))


def _shaped(word: str) -> str:
    """The letters of an Arabic word in the forms in which they join."""
    letters = [""]
    letters += [character for character in word if not unicodedata.combining(character)]
    letters.append("")
    return "".join(
        _form(here, before=_joins_next(before) and _joins(here), after=_joins_next(here) and _joins(after))
        for before, here, after in zip(letters, letters[1:], letters[2:], strict=False)
    )


def _form(letter: str, *, before: bool, after: bool) -> str:
    """The form of a letter that joins the letters before and after it."""
    name = {(False, False): "isolated", (True, False): "final", (False, True): "initial", (True, True): "medial"}
    return _forms().get((name[before, after], letter), letter)


def _joins(letter: str) -> bool:
    """Whether a letter can join the one before it."""
    return ("final", letter) in _forms()


def _joins_next(letter: str) -> bool:
    """Whether a letter can join the one after it; alef, dal, reh and waw cannot."""
    return ("initial", letter) in _forms()


@cache
def _forms() -> dict[tuple[str, str], str]:
    """Form and letter → its presentation form, from the decompositions of Unicode (ARABIC PRESENTATION FORMS-B)."""
    found = {}
    for code in range(0xFE80, 0xFEF5):
        form, letter = unicodedata.decomposition(chr(code)).split(" ", 1)
        found[form.strip("<>"), chr(int(letter, 16))] = chr(code)
    return found
