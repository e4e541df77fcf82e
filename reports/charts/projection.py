"""The Equal Earth projection, which preserves areas.

Source: Šavrič, Patterson, Jenny 2019, International Journal of Geographical Information Science 33:454-465.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_HALF_ROOT_3 = sqrt(3) / 2
MIDDLE_MERIDIAN = 11.0
"""Degrees east. The map is cut at 169° west, between Siberia and Alaska, so that no continent is divided."""


SHEET_WIDTH = 1000.0
"""Width of the map in its own units. The origin is at the upper left; y increases downwards."""

NORTHERN_END, SOUTHERN_END = 83.7, -56.0
"""Degrees north: from the tip of Greenland to Cape Horn, because Antarctica has no chapter."""


def equal_earth(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees to the plane: x to the east and y to the north, in radii of the sphere (x within ±2.71)."""
    turned = radians((longitude - MIDDLE_MERIDIAN + 180) % 360 - 180)
    theta = asin(_HALF_ROOT_3 * sin(radians(latitude)))
    squared = theta * theta
    sixth = squared**3
    x = turned * cos(theta) / (_HALF_ROOT_3 * (_A1 + 3 * _A2 * squared + sixth * (7 * _A3 + 9 * _A4 * squared)))
    y = theta * (_A1 + _A2 * squared + sixth * (_A3 + _A4 * squared))
    return x, y


def on_sheet(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees to units of the map."""
    x, y = equal_earth(longitude, latitude)
    return SHEET_WIDTH / 2 + x * _SCALE, (_TOP - y) * _SCALE


_SCALE = SHEET_WIDTH / 2 / equal_earth(MIDDLE_MERIDIAN + 179.999, 0)[0]
_TOP = equal_earth(MIDDLE_MERIDIAN, NORTHERN_END)[1]
SHEET_HEIGHT = on_sheet(MIDDLE_MERIDIAN, SOUTHERN_END)[1]
