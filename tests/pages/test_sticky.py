"""Bars that stay in view hide nothing that has the focus, and a message of the autosave is one of them."""

from __future__ import annotations

import pytest

from tests.pages.visits import Visits

pytestmark = pytest.mark.system

HIDDEN = """() => {
  const one = document.activeElement, bars = ".onward, .notices, .guard";
  if (!one.closest("main")) return null;
  if (one.closest(bars)) return "";
  const { left, top, bottom, width } = one.getBoundingClientRect();
  const covered = [top + 3, Math.min(bottom, innerHeight) - 3].some((y) =>
    document.elementFromPoint(left + width / 2, Math.max(0, y))?.closest(bars));
  return covered ? one.outerHTML.slice(0, 120) : "";
}"""
"""The element with the focus if a bar covers one of its ends; empty if not, null outside of the page's content."""
OPEN = "document.querySelectorAll('.scored').forEach((one) => { one.open = true })"
TELL = "showNotice(document.getElementById('notice-offline').innerHTML)"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("actor", "path"), [("rev", "/reviews/{assignment}?part=scores"), ("own", "/applications/{draft}/write")]
)
@pytest.mark.parametrize("offline", [False, True])
def test_the_focus_is_never_under_a_bar(visits: Visits, actor: str, path: str, width: int, *, offline: bool) -> None:
    visits.resize(width)
    visits.open(actor, path)
    visits.window.evaluate(OPEN)
    if offline:
        visits.window.evaluate(TELL)
    visits.window.evaluate("document.getElementById('main').focus()")

    found: list[str] = []
    for _ in range(60):
        visits.window.keyboard.press("Tab")
        hidden = visits.window.evaluate(HIDDEN)
        if hidden is None:
            break
        found += [hidden] if hidden else []
    assert found == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_message_is_a_bar_as_wide_as_the_page_and_moves_nothing_under_it(visits: Visits, width: int) -> None:
    visits.resize(width)
    visits.open("own", "/applications/{draft}/write")
    visits.window.evaluate(TELL)

    bar = visits.window.locator(".notices > .notice").bounding_box()
    page = visits.window.locator("main").bounding_box()
    assert bar is not None
    assert page is not None
    assert (round(bar["x"]), round(bar["width"])) == (round(page["x"]), round(page["width"]))
    assert bar["height"] <= 0.12 * visits.window.viewport_size["height"]  # type: ignore[index]
    assert visits.window.evaluate("document.documentElement.scrollWidth") == width
