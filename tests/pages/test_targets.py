"""Everything that is pressed is large enough, apart from links within a sentence: 44 pixels for applicants, else 24."""

from __future__ import annotations

import pytest

from tests.pages.visits import WIDTHS, Visits, kinds

pytestmark = pytest.mark.system

LEAST, OFFICE = 44, 24
PHONE = 390
MEASURE = """(least) => {
  const pressed = "a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button]";
  const words = (node) => node.nodeType === Node.TEXT_NODE && /[\\p{L}\\p{N}]/u.test(node.textContent);
  const inSentence = (one) => {
    let outer = one.parentElement;
    while (getComputedStyle(outer).display === "inline") outer = outer.parentElement;
    const texts = document.createTreeWalker(outer, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (words(text) && !one.contains(text) && !text.parentElement.closest(".meta, .unseen, a, button")) return true;
    }
    return false;
  };
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".unseen, .skip");
  return [...document.querySelectorAll(pressed)].filter(shown).flatMap((one) => {
    const target = /^(checkbox|radio)$/.test(one.type) && one.closest("label") || one;
    const { width, height } = target.getBoundingClientRect();
    const large = Math.round(width) >= least && Math.round(height) >= least;
    const size = `${Math.round(width)} by ${Math.round(height)}`;
    return large || one.matches("a") && inSentence(one) ? [] : [`${size}: ${one.outerHTML.slice(0, 160)}`];
  });
}"""

UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


@pytest.mark.parametrize(("actor", "path"), kinds([("anon",), ("own", "other")]))
def test_every_target_is_large_enough(visits: Visits, actor: str, path: str) -> None:
    visits.open(actor, path)
    visits.window.evaluate(UNFOLD)
    small: dict[int, list[str]] = {}
    for width in WIDTHS:
        visits.resize(width)
        small[width] = visits.window.evaluate(MEASURE, LEAST)

    assert {width: wrong for width, wrong in small.items() if wrong} == {}


@pytest.mark.parametrize(("actor", "path"), kinds([("rev", "rev2"), ("off", "app", "fin", "aud", "adm")]))
def test_every_target_of_the_office_is_large_enough_on_a_phone(visits: Visits, actor: str, path: str) -> None:
    visits.resize(PHONE)
    visits.open(actor, path)
    visits.window.evaluate(UNFOLD)

    assert visits.window.evaluate(MEASURE, OFFICE) == []


def test_a_small_target_would_be_noticed(visits: Visits) -> None:
    """Counter-test: a link in a list and a bare tick box are too small; the same link in a sentence is none."""
    visits.open("anon", "/check")
    visits.window.set_content("<ul><li><a href='#'>View</a></ul><input type='checkbox'><p>Read <a href='#'>this</a>.")

    assert [one.partition(": <")[2][:5] for one in visits.window.evaluate(MEASURE, LEAST)] == ["a hre", "input"]
