"""Differences between two versions: words of texts, rows of budgets and indicators."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import pytest

from workflows.forms import differences
from workflows.forms.completeness import Goal, Line
from workflows.forms.differences import Run, compared

ROOM = "The room is open to all members. Fees pay for its maintenance. Two trainers remain as volunteers."


def line(what: str, quantity: int = 1, cost: int = 100) -> Line:
    return Line(what, "equipment", Decimal(quantity), Decimal(cost))


def goal(name: str, target: int = 10) -> Goal:
    return Goal(name, "people", Decimal(0), Decimal(target), "lists")


def test_only_the_words_that_differ_are_marked() -> None:
    found = compared("Fees of two dollars pay for it.", "Fees of three dollars pay for it.")

    assert found == (
        Run("same", "Fees of "),
        Run("deleted", "two"),
        Run("inserted", "three"),
        Run("same", " dollars pay for it."),
    )


def test_a_sentence_that_mostly_differs_is_replaced_as_a_whole() -> None:
    found = compared(
        ROOM, ROOM.replace("The room is open to all members.", "The university owns the room for ten years.")
    )

    assert [run.kind for run in found] == ["deleted", "inserted", "same"]
    assert found[0].text.strip() == "The room is open to all members."
    assert found[1].text.strip() == "The university owns the room for ten years."


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("", "New."), ("Old.", ""), ("Same.", "Same."), ("a\n\nb", "a\nb"), ("3.5 km", "3.6 km"), ("…", "?")],
)
def test_the_runs_give_both_texts(before: str, after: str) -> None:
    runs = compared(before, after)

    assert "".join(run.text for run in runs if run.kind != "inserted").split() == before.split()
    assert "".join(run.text for run in runs if run.kind != "deleted").split() == after.split()


def test_the_runs_give_both_texts_whatever_they_are() -> None:
    chance = random.Random(7)  # noqa: S311 - the same texts every time
    pieces = ["mast", "fibre ", "school. ", "\n", " ", "3.5", "!", "ملعب", "学校。", "of"]

    for _ in range(300):
        before, after = ("".join(chance.choices(pieces, k=chance.randrange(30))) for _ in range(2))
        runs = compared(before, after)
        assert "".join(run.text for run in runs if run.kind != "inserted").split() == before.split()
        assert "".join(run.text for run in runs if run.kind != "deleted").split() == after.split()


def test_the_longest_texts_are_compared_quickly() -> None:
    began = time.monotonic()

    for before, after in (("a " * 9_999, "a b " * 4_999), ("a. " * 6_600, "a. b. " * 3_300), ("x" * 20_000, "y")):
        compared(before, after)

    assert time.monotonic() - began < 10


def test_lines_are_matched_by_what_they_buy_and_not_by_their_place() -> None:
    before = [line("Laptops", 24), line("Solar back-up, 3 kW", 1, 3_900), line("Opening event", 1, 600), line("Travel")]
    after = [line("Travel"), line("Laptops", 18), line("Solar back-up, 4 kW", 1, 4_170), line("Electricity meter")]

    found = differences.lines(before, after)

    assert [(one.kind, (one.after or one.before or line("")).what, differences.difference(one)) for one in found] == [
        ("removed", "Opening event", Decimal(-600)),
        ("same", "Travel", Decimal(0)),
        ("changed", "Laptops", Decimal(-600)),
        ("changed", "Solar back-up, 4 kW", Decimal(270)),
        ("added", "Electricity meter", Decimal(100)),
    ]


def test_a_removed_line_is_shown_where_it_was() -> None:
    found = differences.lines([line("A"), line("B"), line("C")], [line("A"), line("C")])

    assert [one.kind for one in found] == ["same", "removed", "same"]


def test_two_lines_of_one_name_are_matched_once_each() -> None:
    found = differences.lines([line("Mast"), line("Mast", 2)], [line("Mast", 2), line("Mast", 3)])

    assert [one.kind for one in found] == ["same", "changed"]


def test_indicators_are_matched_by_their_names() -> None:
    found = differences.goals([goal("People trained"), goal("Price")], [goal("Price"), goal("People trained", 20)])

    assert [one.kind for one in found] == ["same", "changed"]
