"""Texts that appear in letters may contain only characters that the letters can print."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest

from workflows.engine.flow import Field, unanswered
from workflows.flows.panel import AWARD, DECLINE
from workflows.forms.completeness import Content, Goal, Line, missing
from workflows.forms.printable import strange, table
from workflows.programme import Question, Section, Stage

TITLE = Question(key="title", kind="text", label="Title", fact=True)
SUMMARY = Question(key="summary", kind="long", label="Summary", fact=True)
ANSWER = Question(key="problem", kind="long", label="Problem")
BUDGET = Question(key="budget", kind="budget", label="Lines")
GOALS = Question(key="indicators", kind="indicators", label="Goals")
GOAL = Goal("Sites", "sites", Decimal(0), Decimal(4), "records")

MAST = Line("Mast", "equipment", Decimal(1), Decimal(5))


def incomplete(question: Question, content: Content) -> list[str]:
    stage = Stage(key="proposal", title="Proposal", sections=(Section(key="p", title="Part", questions=(question,)),))
    return [str(message) for message in missing(stage, content)]


@pytest.mark.parametrize(
    "text",
    [
        "Réseau – “communautaire” à 12 322 €",
        "Взаимосвязь",
        "شبكة مجتمعية",
        "हिन्दी में",
        "የማህበረሰብ መረብ",
        "می‌خواهم",
        "☎ → ✓",
        "漢字 · かな · 한글",
        "ไทย বাংলা ελληνικά",
        "a\nb\tc",
        "",
    ],
)
def test_the_scripts_of_our_chapters_can_be_printed(text: str) -> None:
    assert strange(text) == ""


def test_each_unprintable_character_is_named_once_and_five_at_most() -> None:
    assert strange("Radio 🎉 for all 🎉 🌸") == "🎉 🌸"
    assert len(strange("🌸🌻🌼🍀🍁🍂🍃").split()) == 5


@pytest.mark.parametrize(
    ("question", "content", "text_found"),
    [
        (
            TITLE,
            Content({"title": "Radio 🎉"}),
            "Remove these characters from “Title”, because they cannot be printed in our letters: 🎉",
        ),
        (
            SUMMARY,
            Content({"summary": "🌸"}),
            "Remove these characters from “Summary”, because they cannot be printed in our letters: 🌸",
        ),
        (TITLE, Content({"title": "x" * 301}), "Enter 300 characters or fewer in “Title”: you entered 301."),
        (
            SUMMARY,
            Content({"summary": "x " * 5_001}),
            "Enter 10000 characters or fewer in “Summary”: you entered 10002.",
        ),
        (SUMMARY, Content({"summary": "x\n" * 101}), "Enter 100 lines or fewer in “Summary”: you entered 101."),
        (SUMMARY, Content({"summary": "x" * 301}), "Enter words of 300 characters or fewer in “Summary”: one has 301."),
        (
            BUDGET,
            Content({}, lines=[Line("Mast", "equipment", Decimal(1), Decimal(5))] * 81),
            "Enter 80 budget lines or fewer: you entered 81.",
        ),
        (
            BUDGET,
            Content({}, lines=[Line("Mast 🎉", "equipment", Decimal(1), Decimal(5))]),
            "Remove these characters from “Lines, line 1”, because they cannot be printed in our letters: 🎉",
        ),
        (
            BUDGET,
            Content({}, lines=[Line("x" * 301, "equipment", Decimal(1), Decimal(5))]),
            "Enter 300 characters or fewer in “Lines, line 1”: you entered 301.",
        ),
        (
            GOALS,
            Content({}, goals=[GOAL, Goal("Sites", "🎉", Decimal(0), Decimal(4), "")]),
            "Remove these characters from “Goals, line 2”, because they cannot be printed in our letters: 🎉",
        ),
        (GOALS, Content({}, goals=[GOAL] * 41), "Enter 40 lines or fewer in “Goals”: you entered 41."),
    ],
)
def test_unprintable_text_is_reported_before_submission(question: Question, content: Content, text_found: str) -> None:
    assert incomplete(question, content) == [text_found]


def test_a_text_at_the_limit_fits() -> None:
    assert incomplete(TITLE, Content({"title": "x" * 300})) == []
    assert incomplete(SUMMARY, Content({"summary": ("x" * 299 + "\n") * 33})) == []
    assert incomplete(GOALS, Content({}, goals=[GOAL] * 40)) == []


def test_an_answer_that_appears_in_no_letter_may_contain_any_character() -> None:
    assert incomplete(ANSWER, Content({"problem": "🌸"})) == []


@pytest.mark.parametrize(
    "field", [field for transition in (AWARD, DECLINE) for field in transition.fields if field.kind == "text"]
)
def test_conditions_and_feedback_can_be_printed(field: Field) -> None:
    transition = next(transition for transition in (AWARD, DECLINE) if field in transition.fields)
    answers = {"amount": Decimal(1), field.key: "one two three four five six seven eight nine ten 🎉"}

    assert [message.cure for message in unanswered(transition, answers)] == [field.key]


def test_the_table_is_written_in_the_format_in_which_it_is_read() -> None:
    assert table([0x41, 0x42, 0x43, 0x1F389]) == "41-43 1F389\n"
    assert not [c for c in map(chr, range(0x20, 0x7F)) if strange(f"é{c}")]


def test_every_letter_of_latin_greek_cyrillic_and_arabic_is_in_the_table() -> None:
    letters = [chr(code) for code in (*range(0xA1, 0x180), *range(0x388, 0x460), *range(0x620, 0x64B))]

    assert strange("".join(c for c in letters if unicodedata.category(c)[0] != "C")) == ""
