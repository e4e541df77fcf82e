"""The print engine prints every character that the policy allows, and the table lists the fonts of this machine."""

from __future__ import annotations

import csv
import html

import pytest

import reports
from config import ROOT
from reports import engine, fonts
from workflows.forms.printable import TABLE, strange

pytestmark = pytest.mark.sweep

SPREAD = 6
"""One in this many range ends is printed, equally often in every script."""


def ends() -> list[str]:
    """The first and the last character of each range of the table."""
    ranges = [part.partition("-") for part in TABLE.read_text(encoding="ascii").split()]
    return [chr(int(code, 16)) for first, _, last in ranges for code in dict.fromkeys((first, last or first))]


def printed(text: str) -> engine.Printed:
    body = "".join(f"<p>{html.escape(character)}</p>" for character in text)
    page = f'<html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    return engine.print_html(page, stylesheets=("letter.css",), identifier=b"test")


def test_characters_that_the_policy_allows_are_printed() -> None:
    assert printed("".join(ends()[::SPREAD])).pages > 1


def test_characters_that_the_policy_refuses_would_not_print() -> None:
    character = "\U0010abcd"  # private-use characters

    assert strange(character) == character
    with pytest.raises(reports.Unprintable):
        printed(character)


def test_the_characters_of_a_font_are_read_from_its_file() -> None:
    have = fonts.characters("notosans-regular")

    assert set(map(ord, "Aé€Ж")) <= have
    assert not {ord("漢"), 0x0A, 0xAD} & have


def test_the_names_of_all_chapters_can_be_printed() -> None:
    files = sorted((ROOT / "grants").rglob("chapters.csv"))
    assert files
    with files[0].open(encoding="utf-8", newline="") as rows:
        names = [name for row in csv.DictReader(rows) for name in row.values() if name]

    assert [name for name in names if strange(name)] == []
