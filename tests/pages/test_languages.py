"""Pages of every kind fit in every language, on a phone and on a wide window, and say their language and direction."""

from __future__ import annotations

import pytest

from config import LANGUAGES
from tests.pages.visits import Visits, pages

pytestmark = pytest.mark.system

TRANSLATED = [code for code in LANGUAGES if code != "en"]
WIDER = """(width) => {
  const page = document.documentElement;
  if (page.scrollWidth <= width) return [];
  const framed = (one) => one.parentElement.closest(".frame, .tabs, .places, .scrolls");
  return [...document.querySelectorAll("main *, header *, footer *")].filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return (left < -1 || right > width + 1) && !framed(one);
  }).slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
}"""
"""The elements that are wider than the window, if the page is."""
STATED = "() => [document.documentElement.lang, document.documentElement.dir]"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_page_fits_in_the_language(visits: Visits, language: str) -> None:
    direction = "rtl" if language == "ar" else "ltr"
    wrong: dict[tuple[str, str, int], object] = {}
    shown = 0
    for actor, path in pages():
        visits.open(actor, path, language)
        if visits.window.evaluate(STATED) != [language, direction]:
            wrong[actor, path, 0] = visits.window.evaluate(STATED)
        for width in (1280, 390):
            visits.resize(width)
            shown += 1
            if found := visits.window.evaluate(WIDER, width):
                wrong[actor, path, width] = found

    assert shown > 200
    assert wrong == {}
