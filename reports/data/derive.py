"""Derive `land_dots.json` and `country_points.json` from the geopandas 0.14.4 wheel (see README.md).

Run it as `python -m reports.data.derive geopandas-0.14.4-py3-none-any.whl`; it needs only Python and Babel.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

from babel.core import get_global

from reports.charts.projection import MIDDLE_MERIDIAN, SHEET_HEIGHT, SHEET_WIDTH, on_sheet

Ring = list[tuple[float, float]]

HERE = Path(__file__).resolve().parent
SETS = "geopandas/datasets"
STEP = 8.42
"""Units of the map between neighbouring dots, which gives about 1,800 dots of land."""

CUT = MIDDLE_MERIDIAN - 179.99
"""The meridian at which the map is cut, in degrees east, with a small margin."""

# Countries without an outline at 1:110 million, with their town in Natural Earth.
TOWNS = {
    "AD": "Andorra", "AG": "Saint John's", "BB": "Bridgetown", "BH": "Manama", "CV": "Praia", "DM": "Roseau",
    "FM": "Palikir", "GD": "Saint George's", "HK": "Hong Kong", "KI": "Tarawa", "KM": "Moroni", "KN": "Basseterre",
    "LC": "Castries", "LI": "Vaduz", "MC": "Monaco", "MH": "Majuro", "MT": "Valletta", "MU": "Port Louis",
    "MV": "Malé", "PW": "Melekeok", "SC": "Victoria", "SG": "Singapore", "SM": "San Marino", "ST": "São Tomé",
    "TO": "Nuku'alofa", "TV": "Funafuti", "VA": "Vatican City", "VC": "Kingstown", "WS": "Apia",
}  # fmt: skip

# Territories in neither data set: longitude and latitude, rounded to half degrees.
ELSEWHERE = {
    "AS": (-170.5, -14.5), "AW": (-70.0, 12.5), "BM": (-65.0, 32.5), "CK": (-160.0, -21.0), "CW": (-69.0, 12.0),
    "GI": (-5.5, 36.0), "GP": (-61.5, 16.0), "GU": (145.0, 13.5), "KY": (-81.5, 19.5), "MO": (113.5, 22.0),
    "MQ": (-61.0, 14.5), "NR": (167.0, -0.5), "NU": (-170.0, -19.0), "PF": (-149.5, -17.5), "RE": (55.5, -21.0),
    "TK": (-172.0, -9.0), "VG": (-64.5, 18.5), "VI": (-65.0, 18.0),
}  # fmt: skip


def main(wheel: Path) -> None:
    """Write both files to the folder of this module."""
    with ZipFile(wheel) as archive:
        shapes = list(_polygons(archive.read(f"{SETS}/naturalearth_lowres/naturalearth_lowres.shp")))
        names = list(_rows(archive.read(f"{SETS}/naturalearth_lowres/naturalearth_lowres.dbf")))
        towns = list(_points(archive.read(f"{SETS}/naturalearth_cities/naturalearth_cities.shp")))
        town_names = list(_rows(archive.read(f"{SETS}/naturalearth_cities/naturalearth_cities.dbf")))
    town_places = {row["name"]: place for row, place in zip(town_names, towns, strict=True)}
    countries = dict(sorted(_countries(shapes, names, town_places)))
    land = [ring for rings, row in zip(shapes, names, strict=True) if row["iso_a3"] != "ATA" for ring in rings]
    _write("country_points.json", countries)
    _write("land_dots.json", {"step": STEP, "rows": _dots(land)})


def _write(name: str, data: object) -> None:
    (HERE / name).write_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n", "utf-8")


def _countries(
    shapes: list[list[Ring]], names: list[dict[str, str]], towns: dict[str, tuple[float, float]]
) -> Iterator[tuple[str, list[float]]]:
    aliases = get_global("territory_aliases")
    for rings, row in zip(shapes, names, strict=True):
        code = "XK" if row["name"] == "Kosovo" else aliases.get(row["iso_a3"], [""])[0]
        if not code or code == "AQ":  # without an ISO 3166 code, or outside the map
            continue
        longitude, latitude = _centre(max(rings, key=lambda ring: abs(_area(ring))))
        yield code, [round(longitude, 1), round(latitude, 1)]
    for code, town in TOWNS.items():
        yield code, [round(towns[town][0], 1), round(towns[town][1], 1)]
    for code, (longitude, latitude) in ELSEWHERE.items():
        yield code, [longitude, latitude]


def _dots(land: list[Ring]) -> list[list[int]]:
    """Land on a triangular grid: for each row, the columns that are land. Odd rows are shifted half a step east."""
    flat = [[on_sheet(*point) for point in ring] for ring in _unwrapped(land)]
    row_step = STEP * 3**0.5 / 2
    rows = []
    for row in range(int(SHEET_HEIGHT / row_step) + 1):
        y, shift = row * row_step, STEP / 2 * (row % 2)
        rows.append([column for column in range(int(SHEET_WIDTH / STEP)) if _inside(column * STEP + shift, y, flat)])
    return rows


def _unwrapped(land: list[Ring]) -> Iterator[Ring]:
    """Rings cut at the edge of the map (169° W): points beyond it move to the side where most of the ring is."""
    for ring in land:
        far_east = sum(longitude > CUT for longitude, _ in ring) > len(ring) / 2
        yield [(min(max(lon, CUT), 180.0) if far_east else lon, lat) for lon, lat in ring]


def _inside(x: float, y: float, rings: list[Ring]) -> bool:
    """Even-odd rule over all rings; borders shared by two countries cancel out."""
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                crossings += 1
    return crossings % 2 == 1


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _centre(ring: Ring) -> tuple[float, float]:
    area = _area(ring)
    crosses = [(x1 + x2, y1 + y2, x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring)]
    return sum(x * c for x, _, c in crosses) / (6 * area), sum(y * c for _, y, c in crosses) / (6 * area)


def _records(shp: bytes) -> Iterator[bytes]:
    """The records of a shapefile. Source: ESRI Shapefile Technical Description, July 1998."""
    at = 100
    while at < len(shp):
        length = struct.unpack(">i", shp[at + 4 : at + 8])[0] * 2
        yield shp[at + 8 : at + 8 + length]
        at += 8 + length


def _polygons(shp: bytes) -> Iterator[list[Ring]]:
    for record in _records(shp):
        parts, count = struct.unpack("<2i", record[36:44])
        starts = [*struct.unpack(f"<{parts}i", record[44 : 44 + 4 * parts]), count]
        points = list(struct.iter_unpack("<2d", record[44 + 4 * parts : 44 + 4 * parts + 16 * count]))
        yield [[(x, y) for x, y in points[start:end]] for start, end in pairwise(starts)]


def _points(shp: bytes) -> Iterator[tuple[float, float]]:
    for record in _records(shp):
        x, y = struct.unpack("<2d", record[4:20])
        yield x, y


def _rows(dbf: bytes) -> Iterator[dict[str, str]]:
    """The rows of a dBASE table as text by column."""
    count, header, length = struct.unpack("<IHH", dbf[4:12])
    columns = [(dbf[at : at + 11].rstrip(b"\0").decode(), dbf[at + 16]) for at in range(32, header - 1, 32)]
    for start in range(header, header + count * length, length):
        row, at = {}, start + 1
        for name, width in columns:
            row[name] = dbf[at : at + width].decode("latin-1").strip()
            at += width
        yield row


if __name__ == "__main__":
    main(Path(sys.argv[1]))
