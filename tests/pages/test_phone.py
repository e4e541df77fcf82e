"""Pages on a phone: scoring in two addresses, the amounts of a batch, and tick boxes beside their words."""

from __future__ import annotations

import pytest

from tests.pages.visits import WIDTHS, Visits

pytestmark = pytest.mark.system

PHONE = 390
GAP = 8
BOX = "one => { const { left, right, top, bottom } = one.getBoundingClientRect(); return [left, right, top, bottom] }"


@pytest.fixture
def phone(visits: Visits) -> Visits:
    """The window at the size of a phone."""
    visits.resize(PHONE)
    return visits


def box(phone: Visits, selector: str) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of the first element."""
    left, right, top, bottom = phone.window.locator(selector).first.evaluate(BOX)
    return left, right, top, bottom


@pytest.mark.parametrize("part", ["proposal", "scores"])
def test_proposal_and_scores_have_an_address_each(phone: Visits, part: str) -> None:
    phone.open("rev", f"/reviews/{{assignment}}?part={part}")

    shown = [phone.window.locator(place).is_visible() for place in (".beside", "#review", ".part-tabs")]
    assert shown == [part == "proposal", part == "scores", True]


def test_a_wide_window_shows_both_and_no_tabs(visits: Visits) -> None:
    visits.resize(1280)
    visits.open("rev", "/reviews/{assignment}?part=proposal")

    shown = [
        visits.window.locator(place).is_visible() for place in (".beside", "#review", ".part-tabs", "#criteria-grid")
    ]
    assert shown == [True, True, False, False]


def test_every_criterion_is_within_the_first_screen_and_opens(phone: Visits) -> None:
    phone.open("rev", "/reviews/{assignment}?part=scores")

    assert box(phone, "#criteria-grid")[3] <= WIDTHS[PHONE]
    last = phone.window.locator("#criteria-grid a").last
    last.click()
    criterion = phone.window.locator(last.get_attribute("href") or "")
    assert criterion.is_visible()
    assert criterion.locator(".passage").is_visible()
    assert min(one.bounding_box()["height"] for one in criterion.locator(".score").all()) >= 44  # type: ignore[index]


@pytest.mark.parametrize("path", ["/batches", "/batches/{batch}", "/batches/new?fund={fund}"])
def test_the_amounts_of_a_batch_are_visible(phone: Visits, path: str) -> None:
    phone.open("fin", path)

    amounts = phone.window.locator("main td.num", has_text=".00").all()
    assert amounts
    for amount in amounts:
        left, right, _, _ = amount.evaluate(BOX)
        assert (amount.is_visible(), left >= 0, right <= PHONE) == (True, True, True)


def test_the_total_of_a_batch_stands_on_one_line(phone: Visits) -> None:
    phone.open("fin", "/batches/{batch}")

    title, total = box(phone, "main tfoot th"), box(phone, "main tfoot td")
    assert (title[2], title[3]) == (total[2], total[3])
    assert title[1] <= total[0]


def test_no_amount_of_a_fund_lies_outside_the_page(phone: Visits) -> None:
    phone.open("fin", "/funds")

    rights = [amount.evaluate(BOX)[1] for amount in phone.window.locator("main td.num").all()]
    assert rights
    assert max(rights) <= PHONE


@pytest.mark.parametrize("width", [390, 1280])
def test_tabs_are_one_line_with_the_present_one_in_view(visits: Visits, width: int) -> None:
    visits.resize(width)
    visits.open("off", "/applications?list=all")

    tabs = visits.window.locator(".tabs a")
    assert len({tab.evaluate(BOX)[2] for tab in tabs.all()}) == 1
    left, right, _, _ = visits.window.locator(".tabs [aria-current]").evaluate(BOX)
    assert 0 <= left < right <= width


LINES = """(one) => {
  const range = document.createRange(), texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    for (let at = 0; at < text.data.length; at++) {
      range.setStart(text, at); range.setEnd(text, at + 1);
      const box = range.getClientRects()[0];
      if (box) found.push([text.data[at], Math.round(box.bottom)]);
    }
  }
  return found;
}"""
"""Each letter with the bottom of its line."""


@pytest.mark.parametrize(("actor", "path"), [("off", "/applications"), ("off", "/awards"), ("off", "/reports")])
@pytest.mark.parametrize("width", [200, 230, 260, 290, 320])
def test_a_country_stays_beside_the_number(phone: Visits, actor: str, path: str, width: int) -> None:
    phone.open(actor, path)

    line = phone.window.locator("main tbody th .meta").first
    line.evaluate("(one, width) => { one.style.display = 'block'; one.style.inlineSize = `${width}px` }", width)
    letters = line.evaluate(LINES)

    last = max(number for number, (letter, _) in enumerate(letters) if letter == "·")
    bottoms = {bottom for _, bottom in letters[last - 1 :]}
    assert len(bottoms) == 1, "".join(letter for letter, _ in letters)


@pytest.mark.parametrize("width", range(60, 330, 30))
def test_a_number_does_not_break_at_its_hyphens(phone: Visits, width: int) -> None:
    phone.open("anon", "/check")

    hint = phone.window.locator("#number-help")
    hint.evaluate("(one, width) => { one.style.inlineSize = `${width}px` }", width)
    letters = hint.evaluate(LINES)

    text = "".join(letter for letter, _ in letters)
    begin = text.index("L-2026")
    assert len({bottom for _, bottom in letters[begin : begin + len("L-2026-0042")]}) == 1, text


def test_a_tick_box_of_a_table_stands_beside_its_words(phone: Visits) -> None:
    phone.open("fin", "/batches/new?fund={fund}")

    tick, words = box(phone, "main td input[type=checkbox]"), box(phone, "main tbody th")

    assert tick[1] + GAP <= words[0], "the box touches the words"
    assert max(tick[2], words[2]) < min(tick[3], words[3]), "the box is not on the line of the words"
