"""Distances between parts of a page, and bars that do not stand beside each other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator

from tests.pages.visits import Visits

pytestmark = pytest.mark.system

LEAST = 16
BOX = "one => { const { left, right, top, bottom } = one.getBoundingClientRect(); return [left, right, top, bottom] }"
BARS = """() => {
  const bar = (one) => parseFloat(getComputedStyle(one).borderInlineStartWidth) >= 4;
  const stands = (one) => one.getBoundingClientRect().left;
  return [...document.querySelectorAll("main .wrong")].filter((one) => {
    for (let outer = one.parentElement; outer; outer = outer.parentElement) {
      if (bar(outer) && stands(outer) !== stands(one)) return true;
    }
    return false;
  }).map((one) => one.outerHTML.slice(0, 120));
}"""
"""Wrong fields with a bar that stands inside another bar."""


def box(one: Locator) -> tuple[float, float, float, float]:
    """Left, right, top and bottom."""
    left, right, top, bottom = one.evaluate(BOX)
    return left, right, top, bottom


@pytest.mark.parametrize("path", ["/awards/{half_award}", "/applications/{decision}"])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "folded"])
def test_the_bar_of_a_wrong_field_stands_inside_no_other(visits: Visits, path: str, *, alone: bool) -> None:
    visits.resize(390)
    visits.open("app", path)
    form = visits.window.locator("form.transition-form").first
    form.evaluate("one => { one.closest('details').open = true }")
    form.locator(".field").first.evaluate("one => one.classList.add('wrong')")

    if alone:
        form.evaluate("one => document.querySelector('main').append(one)")

    assert visits.window.evaluate(BARS) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("actor", "path"), [("fin", "/awards/{left_award}"), ("app", "/awards/{half_award}")])
def test_actions_keep_distance_from_the_text_above(visits: Visits, actor: str, path: str, width: int) -> None:
    visits.resize(width)
    visits.open(actor, path)

    actions = visits.window.locator(".narrow:has(> .transitions)")
    above = box(actions.locator("xpath=preceding-sibling::*[1]"))
    assert box(actions)[2] - above[3] >= LEAST


@pytest.mark.parametrize("opened", [False, True], ids=["folded", "open"])
def test_a_folded_part_keeps_distance_from_the_form_above(visits: Visits, *, opened: bool) -> None:
    visits.resize(1280)
    visits.open("rev", "/reviews/{assignment}/conflict")

    fold = visits.window.locator("form + .fold")
    fold.evaluate("(one, opened) => { one.open = opened }", opened)
    assert box(fold)[2] - box(visits.window.locator("main form").first)[3] >= LEAST


@pytest.mark.parametrize("width", [1280, 390])
def test_columns_keep_distance_from_the_sentence_above(visits: Visits, width: int) -> None:
    visits.resize(width)
    visits.open("anon", "/calls/{call}")

    columns = visits.window.locator(".halves").first
    assert box(columns)[2] - box(columns.locator("xpath=preceding-sibling::*[1]"))[3] >= LEAST


def test_a_form_keeps_distance_from_the_part_above(visits: Visits) -> None:
    visits.resize(1280)
    visits.open("own", "/calls/{call}/apply")

    form = visits.window.locator("main > form")
    assert box(form)[2] - box(form.locator("xpath=preceding-sibling::*[1]"))[3] >= LEAST


def test_a_tag_stands_in_the_line_of_its_title_or_below_it(visits: Visits) -> None:
    visits.resize(390)
    visits.open("own", "/applications")

    head = visits.window.locator(".proposal .head").first
    title, tag = box(head.locator("h2 a")), box(head.locator(".tag"))
    assert abs((title[2] + title[3]) - (tag[2] + tag[3])) <= 2
    head.locator("h2 a").evaluate("one => { one.textContent = 'Réseaux communautaires dans trois communes isolées' }")
    title, tag = box(head.locator("h2 a")), box(head.locator(".tag"))
    assert title[3] <= tag[2]
