"""How many words a text has, in any script, by one rule that the page applies too: `grants/static/js/words.js`.

Scripts without spaces between words are counted by letters: of Chinese every three letters are two words, of Japanese
kana, Thai, Lao, Khmer and Burmese every three are one. Dictionaries would find other words in each version of each
program. `tests/web/test_live_words.py` compares both sides.
"""

from __future__ import annotations

import re

import regex

DENSE = (
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}"
)
"""The scripts that are written without spaces between words."""
SPACED = rf"(?![{DENSE}])[\p{{L}}\p{{N}}]"
INSIDE = r"['’.,:·\-\u2011]?"
WORD = (
    rf"{SPACED}(?:{INSIDE}(?![{DENSE}])[\p{{L}}\p{{N}}\p{{M}}\u200c\u200d\u00ad]"
    r"|(?<=\p{N})[\u00a0\u202f\u2009](?=\p{N}))*"
)
"""Letters, marks and digits, joined by signs inside; a sign alone is no word, and 20 000 with a fixed space is one."""
HAN = r"(?=\p{Script=Han})\p{L}"
KANA = rf"(?=[{DENSE}])(?!\p{{Script=Han}})\p{{L}}"

UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Zero-width spaces and direction overrides, which a saved text does not have between letters."""

_WORD, _HAN, _KANA = regex.compile(WORD), regex.compile(HAN), regex.compile(KANA)


def words(text: str) -> int:
    """Number of words of a text in any script. What is removed from texts unseen parts no words."""
    text = UNSEEN.sub("", text)
    letters = 2 * _count(_HAN, text) + _count(_KANA, text)
    return _count(_WORD, text) + -(-letters // 3)


def _count(pattern: regex.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
