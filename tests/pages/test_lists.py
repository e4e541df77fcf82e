"""Rows of lists stay readable with long titles and names: amounts in one line, columns aligned, nothing cut."""

from __future__ import annotations

import pytest

from tests.pages.visits import Visits

pytestmark = pytest.mark.system

FILL = """([title, name, amount]) => {
  for (const place of document.querySelectorAll(".titled")) place.textContent = title;
  for (const place of document.querySelectorAll("th .meta > :first-child")) place.textContent = name;
  for (const place of document.querySelectorAll("td.num b, td.num:not(:has(b))")) place.firstChild.data = amount;
}"""
LONG = [
    "Données statistiques sur Gemeinschaftsnetzwerkinfrastrukturausbauförderprogrammbegleitforschung en milieu rural",
    "Internet Society New York Metropolitan Area and Tri-State Region Chapter, incorporated",
    "USD 12,229,828.50",
]
LINES = """() => {
  const range = document.createRange(), amounts = document.querySelectorAll("td.num b, td.num:not(:has(b))");
  return [...amounts].map(({ firstChild }) => {
    range.selectNodeContents(firstChild);
    return new Set([...range.getClientRects()].map(({ bottom }) => bottom)).size;
  });
}"""
"""The number of lines of each amount."""
ENDS = """() => [...document.querySelectorAll("tbody tr")].map(({ cells }) =>
  [...cells].map((cell) => [cell.getBoundingClientRect().left, cell.getBoundingClientRect().right]))"""
DOTS = """() => [...document.querySelectorAll("th .meta:has(.follows)")].filter((line) => {
  const dot = line.querySelector(".follows > :first-child").getBoundingClientRect();
  const wraps = line.lastChild.getBoundingClientRect().top > line.firstChild.getBoundingClientRect().top + 4;
  return wraps !== dot.right <= line.getBoundingClientRect().left + 1;
}).length"""
"""The number of lines that show a dot where they break, or none where they do not."""
LISTS = ["/applications", "/awards"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("width", [1280, 1000, 720, 390])
def test_a_long_row_keeps_its_amounts_whole_and_fits(visits: Visits, path: str, width: int) -> None:
    visits.window.set_viewport_size({"width": width, "height": 900})
    visits.open("off", path)
    visits.window.evaluate(FILL, LONG)

    assert set(visits.window.evaluate(LINES)) == {1}
    assert visits.window.evaluate("document.documentElement.scrollWidth") == width
    assert visits.window.evaluate(DOTS) == 0


@pytest.mark.parametrize("path", LISTS)
def test_columns_are_aligned(visits: Visits, path: str) -> None:
    visits.resize(1280)
    visits.open("off", path)
    visits.window.evaluate(FILL, LONG)

    rows = visits.window.evaluate(ENDS)
    assert rows == [rows[0]] * len(rows)
    assert rows[0][0][1] - rows[0][0][0] >= 250, "the titles have too little room"
