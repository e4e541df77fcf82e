"""How many words a text has, in any script."""

from __future__ import annotations

import pytest

from workflows.words import words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n ", 0),
        ("- … !", 0),
        ("One word", 2),
        ("One, two: three.", 3),
        ("don’t wait", 2),
        ("the board's e-mail", 3),
        ("well\u2011known", 1),
        ("a - b", 2),
        ("3.14 and 1,000", 3),
        ("20\u202f000 euros", 2),
        ("20 000 euros", 3),
        ("nœud d’échange", 2),
        ("¿Quién paga?", 2),
        ("شبكة مفتوحة للجميع", 3),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", 1),
        ("नमस्ते दुनिया", 2),
        ("인터넷 교환소", 2),
        ("中", 1),
        ("中文评审意见", 4),
        ("中" * 41, 28),
        ("中" * 4_100, 2_734),
        ("かなかな", 2),
        ("ภาษาไทย", 3),
        ("我 go 家", 3),
    ],
)
def test_words_are_counted_in_every_script(text: str, count: int) -> None:
    assert words(text) == count
