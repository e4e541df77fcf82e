"""Words are counted alike by the page and the server, in any script."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from config import ROOT
from tests import machine
from tests.story.chromium import room
from workflows import words as rule
from workflows.words import words

pytestmark = pytest.mark.system

SCRIPT = (ROOT / "grants" / "static" / "js" / "words.js").read_text("utf-8").partition("function countWords")[0]
COUNT = "(texts) => texts.map(wordsIn)"
RANDOM, LENGTH = 20_000, 24
BLOCKS = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xEFF),
    (0x1000, 0x109F), (0x1780, 0x17FF), (0x2000, 0x206F), (0x3040, 0x30FF), (0x4E00, 0x4FFF), (0xAC00, 0xACFF),
    (0x1F300, 0x1F5FF), (0x20000, 0x200FF),
]  # fmt: skip
JOINERS = [*"'’.,:·-\u2011\u00a0\u202f\u2009\u200b\u200c\u200d\u00ad\u202e\u2066", " ", "\n"]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A window with the script that counts."""
    with room(machine.chromium()) as opened:
        window = opened.window()
        window.add_script_tag(content=SCRIPT)
        yield window


def texts() -> list[str]:
    """Random texts over many scripts, with the signs that join or part words; the same in every run."""
    draw = random.Random(20_270_301)  # noqa: S311 - not for secrets
    return ["".join(_sign(draw) for _ in range(draw.randint(1, LENGTH))) for _ in range(RANDOM)]


def _sign(draw: random.Random) -> str:
    if draw.random() < 0.3:
        return draw.choice(JOINERS)
    sign = chr(draw.randint(*draw.choice(BLOCKS)))
    return sign if unicodedata.category(sign) != "Cn" else "x"


def test_the_page_counts_as_the_server_does(page: Page) -> None:
    drawn = texts()

    counted = page.evaluate(COUNT, drawn)

    wrong = [(text, there, words(text)) for text, there in zip(drawn, counted, strict=True) if there != words(text)]
    assert wrong == []
    assert len(set(counted)) > LENGTH / 2


def test_words_parted_by_spaces_alone_would_be_others(page: Page) -> None:
    """Counter-test: the page as it counted before finds other numbers in most of the texts."""
    before = page.evaluate("(texts) => texts.map((text) => text.split(/\\s+/).filter(Boolean).length)", texts())

    assert sum(there != words(text) for text, there in zip(texts(), before, strict=True)) > RANDOM / 2


def test_the_expressions_of_both_sides_are_the_same_text(page: Page) -> None:
    assert page.evaluate("[WORD.source, HAN.source, KANA.source]") == [rule.WORD, rule.HAN, rule.KANA]
