"""How much text documents have room for."""

from __future__ import annotations

import pytest

from workflows.forms.extent import Excess, excesses, lines_of, longest_word


@pytest.mark.parametrize(
    ("text", "lines", "word"),
    [
        ("", 0, 0),
        ("One line", 1, 4),
        ("One\n\n \ntwo\n", 2, 3),
        ("https://example.org/a-b", 1, 23),
        ("字" * 500, 1, 0),
        ("ไทย" * 500, 1, 0),
        ("한국어" * 500, 1, 0),
        ("字router字", 1, 6),
        ("слово" * 100, 1, 500),
        ("1\N{NO-BREAK SPACE}000" * 100, 1, 500),
        ("1\N{FIGURE SPACE}1\N{NARROW NO-BREAK SPACE}1 1", 1, 5),
    ],
)
def test_lines_are_counted_and_words_measured(text: str, lines: int, word: int) -> None:
    assert (lines_of(text), longest_word(text)) == (lines, word)


def test_everything_that_is_too_much_is_named() -> None:
    text = "a\n" * 101 + "W" * 10_000

    assert list(excesses(text)) == [
        Excess("characters", 10_202, 10_000),
        Excess("lines", 102, 100),
        Excess("word", 10_000, 300),
    ]


def test_a_text_at_every_limit_has_room() -> None:
    assert list(excesses("\n\n".join(["long " * 19 + "tex"] * 97 + ["W" * 300]))) == []
