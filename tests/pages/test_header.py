"""The header of every page stays on its lines: long names end with an ellipsis, and places scroll sideways."""

from __future__ import annotations

import pytest

from tests.pages.visits import Visits

pytestmark = pytest.mark.system

LONG = ", Internet Society Trinidad and Tobago Chapter, incorporated as an association"
RENAME = "(one, name) => { one.textContent = name }"
BOX = "one => { const { left, right, top, bottom } = one.getBoundingClientRect(); return [left, right, top, bottom] }"


@pytest.mark.parametrize(("width", "lines"), [(1280, 1), (1000, 2), (640, 2)])
def test_a_long_name_of_an_organisation_does_not_break_the_header(visits: Visits, width: int, lines: int) -> None:
    visits.window.set_viewport_size({"width": width, "height": 900})
    visits.open("own", "/applications")
    header, account = visits.window.locator(".top"), visits.window.locator(".top .who")
    if not account.locator(".side-name").count():
        account.evaluate("one => one.insertAdjacentHTML('beforeend', '<span class=side-name></span>')")
    short = header.evaluate(BOX)

    account.locator(".side-name").evaluate(RENAME, LONG)

    assert header.evaluate(BOX) == short
    assert header.evaluate(BOX)[3] < 50 * lines + 20
    assert visits.window.locator(".top .account").evaluate(BOX)[1] <= width


OVERLAPPING = """() => {
  const texts = [...document.querySelectorAll(".top .account > *, .top .who > a")].filter(one => one.offsetWidth);
  const boxes = texts.filter(one => !one.matches(".who")).map(one => one.getBoundingClientRect());
  boxes.sort((one, other) => one.left - other.left);
  return boxes.filter((one, at) => at && one.left < boxes[at - 1].right - 1).length;
}"""


@pytest.mark.parametrize("width", [1280, 1000, 640])
def test_nothing_in_the_header_overlaps_where_words_are_long(visits: Visits, width: int) -> None:
    """As in French: the button for signing out is longer, and leaves the name of the organisation no room."""
    visits.window.set_viewport_size({"width": width, "height": 900})
    visits.open("own", "/applications")
    visits.window.locator(".top .account button.plain").first.evaluate(RENAME, "Se déconnecter")
    visits.window.locator(".top .account .demo").evaluate(RENAME, "Données de démonstration")

    assert visits.window.evaluate(OVERLAPPING) == 0
    account, name = ".top .account > .who", ".top .who > a"
    visits.window.locator(account).evaluate("one => Object.assign(one.style, { minInlineSize: 0, flex: '0 1 0' })")
    visits.window.locator(name).evaluate("one => Object.assign(one.style, { flex: 'none' })")
    assert visits.window.evaluate(OVERLAPPING) > 0, "without its width the name stands over the button"


@pytest.mark.parametrize("path", ["/inbox", "/reports", "/funds"])
def test_the_places_of_a_phone_stand_in_one_line_with_the_present_one_in_view(visits: Visits, path: str) -> None:
    visits.resize(390)
    visits.open("off", path)

    assert len({place.evaluate(BOX)[2] for place in visits.window.locator(".places a").all()}) == 1
    left, right, _, _ = visits.window.locator(".places [aria-current]").evaluate(BOX)
    assert (left >= 0, right <= 390) == (True, True)
    assert visits.window.evaluate("document.documentElement.scrollWidth") == 390
