"""French spacing for the texts of the documents; what applicants wrote is printed unchanged.

Sources: Imprimerie nationale, Lexique des règles typographiques (2002); CLDR 46 uses U+202F in numbers too.
"""

from __future__ import annotations

import re

NARROW = "\u202f"


def french(sentence: str) -> str:
    """Narrow no-break space before ; : ? ! and inside « »; addresses and times keep their colons."""
    sentence = re.sub(r" +([;:?!»])", NARROW + r"\1", sentence)
    return re.sub(r"« +", "«" + NARROW, sentence)
