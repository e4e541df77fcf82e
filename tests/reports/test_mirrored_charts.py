"""Charts for readers of Arabic: mirrored shapes, and labels whose letters join."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.dates import format_date

from reports.charts import shaping
from reports.charts.indicators import indicator_bar
from reports.charts.ink import Drawing
from reports.charts.money import award_bar, line_bar
from tests.reports import reading


def places(svg: str) -> list[tuple[float, float]]:
    """Left and right edge of each rectangle."""
    return [(float(one["x"]), float(one["x"]) + float(one["width"])) for one in reading.shapes(svg, "rect")]


def test_bars_begin_at_the_right_and_are_as_long_as_in_other_languages() -> None:
    parts = ("paid", "returned", "payable", "planned")
    amounts: dict[str, Any] = {part: Decimal(share) for part, share in zip(parts, (60, 10, 20, 20), strict=True)}
    lines: dict[str, Any] = {"approved": Decimal(80), "used": Decimal(100), "most": Decimal(100)}
    drawings = [
        [award_bar(**amounts, alternative="a", width=100, right_to_left=way) for way in (False, True)],
        [line_bar(**lines, alternative="a", width=100, right_to_left=way) for way in (False, True)],
        [
            indicator_bar(share=Decimal(1), reached=True, alternative="a", width=100, right_to_left=way)
            for way in (False, True)
        ],
    ]

    for here, mirrored in drawings:
        edges = [edge for left, right in places(here) for edge in (100 - right, 100 - left)]
        assert edges == pytest.approx([edge for pair in places(mirrored) for edge in pair], abs=0.02)


def test_hatching_stays_inside_its_rectangle() -> None:
    drawing = Drawing(100, 10, "a", "paper", right_to_left=True)
    drawing.hatching(0, 0, 20, 10, stroke="c5")

    (path,) = reading.shapes(str(drawing.svg()), "path")
    ends = [float(step.split()[0]) for step in path["d"].replace("L", "M").split("M")[1:]]
    assert (min(ends) >= 80, max(ends) <= 100) == (True, True)


def test_a_goal_of_less_runs_towards_the_start() -> None:
    more, less = (
        indicator_bar(share=Decimal("0.5"), reached=False, alternative="a", mirrored=down, right_to_left=True)
        for down in (False, True)
    )

    assert places(more)[0][0] > places(less)[0][0]


@pytest.mark.parametrize("month", range(1, 13))
def test_the_months_of_a_chart_are_joined_letter_by_letter(month: int) -> None:
    label = format_date(date(2026, month, 1), "d MMM y", locale="ar").replace(" ", "\u00a0")

    drawn = shaping.as_drawn(label)

    year, name, day = drawn.split("\u00a0")
    assert (year, day) == ("2026", "1")
    assert unicodedata.normalize("NFKC", name[::-1]) == label.split("\u00a0")[1]
    assert all("ARABIC" in unicodedata.name(letter) and "FORM" in unicodedata.name(letter) for letter in name)


def test_march_has_an_initial_a_final_and_two_isolated_letters() -> None:
    forms = [unicodedata.name(letter).rsplit(" ", 2)[-2] for letter in shaping.as_drawn("مارس")[::-1]]

    assert forms == ["INITIAL", "FINAL", "ISOLATED", "ISOLATED"]


def test_a_label_without_arabic_is_drawn_as_it_is() -> None:
    assert shaping.as_drawn("\u2066USD\u00a01.00\u2069") == "USD\u00a01.00"
