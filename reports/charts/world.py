"""A dot map of the world with circles whose areas are amounts. Small islands stay visible; no borders are drawn."""

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
"""Width of a dot of land, in units of the map."""

ENOUGH_LAND = 60
"""Minimum number of land dots in a window, so that the place of an island can be recognised."""


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
    """The map with a circle for each country (ISO 3166 alpha-2 → amount), the largest drawn first.

    largest, smallest: radii in units of the map (1000 wide). Countries without coordinates have no circle. around:
    show only a square of `span` units around this country, enlarged until it contains enough land.
    """
    middle = country_place(around) if around else None
    window = _window(middle, span) if middle else None
    larger = window[2] / span if window else 1.0
    drawing = Drawing(SHEET_WIDTH, SHEET_HEIGHT, alternative, ink)
    drawing.path(land_path(), stroke=land, weight=DOT * larger, round_ends=True)
    most = max(money.values(), default=0.0) or 1.0
    for code, amount in sorted(money.items(), key=lambda item: (-item[1], item[0])):
        if place := country_place(code):
            radius = max(smallest, largest * sqrt(max(amount, 0.0) / most))
            drawing.circle(*place, radius * larger, fill=mark)
    return drawing.svg(window)


def country_place(code: str) -> tuple[float, float] | None:
    """The place of a country on the map, or None for a code without coordinates."""
    place = _country_points().get(code)
    return on_sheet(*place) if place else None


def _window(middle: tuple[float, float], span: float) -> tuple[float, float, float, float]:
    """A square of the map around a place, enlarged until it contains enough land."""
    while True:
        x = min(max(middle[0] - span / 2, 0), SHEET_WIDTH - span)
        y = min(max(middle[1] - span / 2, 0), SHEET_HEIGHT - span)
        inside = sum(x <= east <= x + span and y <= south <= y + span for east, south in _land())
        if inside >= ENOUGH_LAND or span * 1.25 > SHEET_HEIGHT:
            return x, y, span, span
        span *= 1.25


@cache
def land_path() -> str:
    """All land as one path of zero-length steps, which round line ends turn into dots."""
    steps: list[str] = []
    row: tuple[float, float] | None = None
    for east, south in _land():
        steps.append(
            f"m{number(east - row[0])} 0h0" if row and row[1] == south else f"M{number(east)} {number(south)}h0"
        )
        row = east, south
    return "".join(steps)


@cache
def _land() -> tuple[tuple[float, float], ...]:
    """The dots of land on the map, row by row from the north. Odd rows are shifted half a step to the east."""
    grid = json.loads((_DATA / "land_dots.json").read_text("utf-8"))
    step: float = grid["step"]
    return tuple(
        (column * step + step / 2 * (row % 2), row * step * sqrt(3) / 2)
        for row, columns in enumerate(grid["rows"])
        for column in columns
    )


@cache
def _country_points() -> dict[str, tuple[float, float]]:
    points: dict[str, tuple[float, float]] = json.loads((_DATA / "country_points.json").read_text("utf-8"))
    return points
