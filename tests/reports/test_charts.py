"""Charts and the map: the same shapes on a web page and on paper, true to their numbers."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

import reports
from reports.charts.indicators import indicator_bar, share_of_the_way
from reports.charts.ink import Drawing
from reports.charts.money import award_bar, line_bar
from reports.charts.projection import SHEET_HEIGHT, SHEET_WIDTH, equal_earth, on_sheet
from reports.charts.world import country_place, dot_map
from tests.reports.reading import shapes


def widths(svg: str) -> list[float]:
    return [float(bar["width"]) for bar in shapes(svg, "rect")]


def money(paid: int, returned: int, payable: int, planned: int, ink: str = "paper") -> str:
    amounts = {"paid": paid, "returned": returned, "payable": payable, "planned": planned}
    parts = {name: Decimal(amount) for name, amount in amounts.items()}
    return award_bar(**parts, alternative="a", width=100, height=10, ink=ink)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("baseline", "target", "actual", "share"),
    [
        ("0", "90", "45", "0.5"),
        ("7.2", "4.32", "4.32", "1"),
        ("10", "20", "5", "-0.5"),
        ("3", "3", "3", "1"),
        ("3", "3", "2", "0"),
    ],
)
def test_progress_has_the_direction_of_the_target(baseline: str, target: str, actual: str, share: str) -> None:
    assert share_of_the_way(Decimal(baseline), Decimal(target), Decimal(actual)) == Decimal(share)


def test_a_reached_indicator_passes_the_target_mark_and_changes_colour() -> None:
    reached = indicator_bar(share=Decimal(1), reached=True, alternative="a")
    missed = indicator_bar(share=Decimal("0.5"), reached=False, alternative="a")

    (whole,), (half,) = widths(reached), widths(missed)
    assert whole == pytest.approx(half * 2, abs=0.02)
    assert ("fill-c1" in reached, "fill-c2" in missed) == (True, True)


@pytest.mark.parametrize("share", ["-40", "0", "1", "900"])
@pytest.mark.parametrize("mirrored", [False, True])
def test_an_indicator_never_leaves_its_drawing(share: str, mirrored: bool) -> None:  # noqa: FBT001 (both ways)
    svg = indicator_bar(share=Decimal(share), reached=True, alternative="a", mirrored=mirrored, width=150)

    ends = [(float(bar["x"]), float(bar["x"]) + float(bar["width"])) for bar in shapes(svg, "rect")]
    assert [end for end in ends if end[0] < 0 or end[1] > 150] == []


def test_the_parts_of_the_money_bar_are_proportional_with_gaps_between_them() -> None:
    svg = money(paid=60, returned=10, payable=20, planned=20)

    assert widths(svg) == pytest.approx([49.0, 8.2, 19.0, 19.2], abs=0.01)


def test_an_empty_money_bar_draws_nothing_and_does_not_divide_by_zero() -> None:
    assert widths(money(paid=0, returned=0, payable=0, planned=0)) == []


def test_spending_above_a_budget_line_is_hatched() -> None:
    over = line_bar(approved=Decimal(80), used=Decimal(100), most=Decimal(100), alternative="a", width=100, ink="paper")
    below = line_bar(approved=Decimal(80), used=Decimal(40), most=Decimal(100), alternative="a", width=100, ink="paper")

    assert widths(over) == pytest.approx([80, 80, 19.2], abs=0.01)
    assert (over.count("<path"), below.count("<path")) == (1, 0)


def test_web_and_paper_draw_the_same_shapes_in_classes_or_colours() -> None:
    web, printed = money(60, 10, 20, 20, ink="web"), money(60, 10, 20, 20, ink="paper")

    assert re.sub(r'class="(fill|stroke)-[\w-]+"', "TONE", web) == re.sub(r'(fill|stroke)="#\w+"', "TONE", printed)
    assert re.findall(r'style=|(?:fill|stroke)="#', web) == []
    assert "class=" not in printed


def test_the_alternative_text_is_the_first_child_and_is_escaped() -> None:
    assert Drawing(10, 10, '<b>"&', "web").svg().split("<title>")[1] == "&lt;b&gt;&#34;&amp;</title></svg>"


def test_equal_earth_matches_the_published_values() -> None:
    # Width and height of the whole projection on the unit sphere: Šavrič et al. 2019, section 4.
    assert equal_earth(11, 90)[1] == pytest.approx(1.3173627591574, abs=1e-9)
    assert equal_earth(11 + 179.9999999, 0)[0] == pytest.approx(2.7066299836, abs=1e-6)


def test_all_land_and_every_country_lie_on_the_sheet() -> None:
    folder = Path(reports.__file__).parent / "data"
    grid = json.loads((folder / "land_dots.json").read_text("utf-8"))
    points = json.loads((folder / "country_points.json").read_text("utf-8"))

    outside = [code for code, place in points.items() if not _on(*on_sheet(*place))]

    assert sum(map(len, grid["rows"])) == 1837
    assert (len(points), outside) == (221, [])


def _on(x: float, y: float) -> bool:
    return 0 <= x <= SHEET_WIDTH and 0 <= y <= SHEET_HEIGHT


def test_circle_areas_show_the_amounts_and_small_circles_are_on_top() -> None:
    svg = dot_map({"KE": 1.0, "MG": 4.0, "XX": 9.0}, alternative="a", largest=20, smallest=1)

    assert [float(circle["r"]) for circle in shapes(svg, "circle")] == pytest.approx([13.33, 6.67], abs=0.01)


def test_a_map_section_has_its_country_in_the_middle() -> None:
    svg = dot_map({"MG": 1.0}, alternative="a", around="MG", span=100)

    (root,) = shapes(svg, "svg")
    x, y, width, height = map(float, root["viewBox"].split())
    assert (x + width / 2, y + height / 2) == pytest.approx(country_place("MG"), abs=0.01)


def test_the_map_is_small_enough_for_a_page() -> None:
    assert len(dot_map({"MG": 1.0}, alternative="a")) < 18_000
