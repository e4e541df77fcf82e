"""French spacing and elision, and the directions of Arabic; what applicants wrote is printed unchanged.

Sources: Imprimerie nationale, Lexique des règles typographiques (2002); CLDR 46 uses U+202F in numbers too; Unicode
Standard Annex 9 (directions, isolates).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

NARROW = "\u202f"

EITHER_WAY, LEFT_TO_RIGHT, END = "\u2068", "\u2066", "\u2069"
"""Marks around a text that keeps its own direction: that of its first letter, or left to right."""

VOWEL = re.compile(r"(?!ou[aeiou])[aeiou]|y[^aeiouy]", re.IGNORECASE)
"""The beginning of a word that starts with the sound of a vowel; "Ouagadougou" and "Yasmine" do not."""

MUTE_H = re.compile(r"h(ect|elen|elois|enri|erm|erv|ila|ipp|onor|orten|ubert|ugu|yac)", re.IGNORECASE)
"""The beginning of a French name whose h is mute; the h of other names is not, because most are not French."""

DE = re.compile(r"\b([Dd])e %\((\w+)\)s")


def french(sentence: str) -> str:
    """Narrow no-break space before ; : ? ! and inside « »; addresses and times keep their colons."""
    sentence = re.sub(r" +([;:?!»])", NARROW + r"\1", sentence)
    return re.sub(r"« +", "«" + NARROW, sentence)


def elided(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with "de" before a placeholder shortened where its value starts with the sound of a vowel."""

    def shortened(place: re.Match[str]) -> str:
        return f"{place[1]}’%({place[2]})s" if starts_with_vowel(str(values[place[2]])) else place[0]

    return DE.sub(shortened, sentence)


def starts_with_vowel(word: str) -> bool:
    """Whether "de" is shortened before this word: "d’Aminata", "d’Hélène", but "de Hanta"."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return bool(VOWEL.match(plain) or MUTE_H.match(plain))


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter of a text belongs to a script that is written from right to left."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def isolated(text: str) -> str:
    """A text inside one of the other direction: neither changes the order of the other's words and signs."""
    return f"{EITHER_WAY}{text}{END}" if text else text


def left_to_right(text: str) -> str:
    """An amount inside a text that is written from right to left."""
    return f"{LEFT_TO_RIGHT}{text}{END}"
