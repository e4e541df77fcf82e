"""The world as dots, with circles whose area is the money: small islands count as much, no frontier is drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from math import sqrt
from pathlib import Path

from markupsafe import Markup

from reports.charts.ink import Drawing, Ink, Tone, number
from reports.charts.projection import SHEET_HEIGHT, SHEET_WIDTH, on_sheet

_DATA = Path(__file__).resolve().parent.parent / "data"
DOT = 2.9
"""Width of a dot of land, in units of the sheet."""


def dot_map(
    money: Mapping[str, float],
    *,
    alternative: str,
    largest: float = 18.0,
    smallest: float = 3.6,
    land: Tone = "land",
    mark: Tone = "c2",
    around: str | None = None,
    span: float = 160.0,
    ink: Ink = "web",
) -> Markup:
    """The map with a circle per country (ISO 3166 alpha-2 → amount), largest first so that small ones lie on top.

    largest and smallest are radii in units of the sheet (1000 wide); a country we have no place for has no
    circle. around shows a square of `span` units with that country in its middle.
    """
    drawing = Drawing(SHEET_WIDTH, SHEET_HEIGHT, alternative, ink)
    drawing.path(land_path(), stroke=land, weight=DOT, round_ends=True)
    most = max(money.values(), default=0.0) or 1.0
    for code, amount in sorted(money.items(), key=lambda item: (-item[1], item[0])):
        if place := country_place(code):
            drawing.circle(*place, max(smallest, largest * sqrt(max(amount, 0.0) / most)), fill=mark)
    middle = country_place(around) if around else None
    window = (middle[0] - span / 2, middle[1] - span / 2, span, span) if middle else None
    return drawing.svg(window)


def country_place(code: str) -> tuple[float, float] | None:
    """Where a country's circle stands on the sheet, or None for a code without a place."""
    place = _country_points().get(code)
    return on_sheet(*place) if place else None


@cache
def land_path() -> str:
    """All land as one path: steps of no length, which round line ends turn into dots."""
    grid = json.loads((_DATA / "land_dots.json").read_text("utf-8"))
    step: float = grid["step"]
    steps: list[str] = []
    for row, columns in enumerate(grid["rows"]):
        y, shift = row * step * sqrt(3) / 2, step / 2 * (row % 2)
        steps.extend(f"M{number(round(column * step + shift, 1))} {number(round(y, 1))}h0" for column in columns)
    return "".join(steps)


@cache
def _country_points() -> dict[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = json.loads((_DATA / "country_points.json").read_text("utf-8"))
    return points
