"""The sum that a page shows while a budget is typed, in Chromium: the same as the server stores, for every number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale
from playwright.sync_api import Page
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from config import ROOT
from grants.forms import numerals
from grants.forms.rows import UNREAD, line_of, rows_of
from grants.language import amount as formatted
from grants.web.site import assets
from tests import machine
from tests.story.chromium import room
from tests.web.numerals import LANGUAGES, cases
from tests.web.writing import started
from workflows.programme import Question

pytestmark = [pytest.mark.system, pytest.mark.ground("small_draft")]

SCRIPT = assets.joined(ROOT / "grants" / "static", "js", assets.SCRIPTS).content.decode()
TOTALS = """([lines, habits]) => lines.map(([quantity, cost]) => {
  const table = document.querySelector("[data-budget]");
  Object.assign(table.dataset, habits);
  const [count, price] = table.querySelectorAll("[data-row] input.num");
  [count.value, price.value] = [quantity, cost];
  price.dispatchEvent(new Event("input", { bubbles: true }));
  return table.querySelector("[data-total]").textContent;
})"""
"""Types each quantity and cost into the first line of the budget, and returns its totals."""
READ = """([texts, habits]) => texts.map((text) => {
  const found = readNumber(text, habits);
  return found && [String(found.units), found.places];
})"""
SUMS = [
    ("2.5", "10.05"), ("0.125", "1000"), ("0,125", "1000"), ("3", "0.005"), ("1.005", "1"), ("0.001", "5"), ("1", ""),
    ("", "5"), ("-1", "5"), ("1", "-5"), ("1.2345", "5"), ("1e3", "5"), ("999999", "999999.99"), ("1", "20 EUR"),
    ("3", "USD 1,234.50"), ("1", "1\N{NARROW NO-BREAK SPACE}500"), ("7", "0.995"),
]  # fmt: skip
PIECES = [
    *"0123456789",
    "00",
    "000",
    "500",
    ",",
    ".",
    " ",
    "’",
    "'",
    "-",
    "$",
    "USD",
    "\u0665",
    "\u066b",
    "e",
    "\u200b",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """A window of Chromium."""
    with room(machine.chromium()) as opened:
        yield opened.window()


@pytest.fixture
def page(app: Flask, browser: Page) -> Page:
    """The page of a draft with the script of the site."""
    client, id = started(app)
    html = client.get(f"/applications/{id}/write").text
    browser.unroute_all()
    browser.route("http://localhost/**", lambda asked: asked.fulfill(body=html, content_type="text/html"))
    browser.goto("http://localhost/")
    browser.add_script_tag(content=SCRIPT)
    return browser


def habits(app: Flask, language: str) -> dict[str, str]:
    """What the page tells its script about the writers of this language."""
    with app.test_request_context(), force_locale(language):
        found = numerals.habits()
        return {"comma": found.comma, "dot": found.dot, "signs": " ".join(sorted(numerals.signs("USD")))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_adds_up_as_the_server_does(app: Flask, page: Page, language: str) -> None:
    lines = [("1", case.typed) for case in cases() if case.language == language] + SUMS

    shown = page.evaluate(TOTALS, [lines, habits(app, language)])

    with app.test_request_context(), force_locale(language):
        expected = [_total(line) for line in lines]
    assert [one for one in zip(lines, shown, expected, strict=True) if one[1] != one[2]] == []
    assert "–" in shown
    assert len(set(shown)) > 30


def _total(line: tuple[str, str]) -> str:
    """The total of the line as the server shows it, in the format of the page, which is in English."""
    sent = MultiDict(zip(("budget-0-what", "budget-0-quantity", "budget-0-unit_cost"), ("x", *line), strict=True))
    row = rows_of(Question(key="budget", kind="budget", label="Budget"), sent, "USD").rows[0]
    return row.total if row.total == UNREAD else formatted(line_of(row).total, "USD", "en", code=False)


def test_without_the_habits_of_the_writer_the_page_would_add_up_another_number(app: Flask, page: Page) -> None:
    """Counter-test: the page that reads a French budget as an English one shows 1,500 where the server refuses."""
    assert page.evaluate(TOTALS, [[["1", "1,500"]], habits(app, "fr")]) == ["–"]
    assert page.evaluate(TOTALS, [[["1", "1,500"]], habits(app, "en")]) == ["1,500.00"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_read_alike(app: Flask, page: Page, language: str) -> None:
    draw = random.Random(20_270_301)  # noqa: S311 - not for secrets
    texts = ["".join(draw.choices(PIECES, k=draw.randint(1, 7))) for _ in range(3_000)]
    own = habits(app, language)

    found = page.evaluate(READ, [texts, own | {"signs": own["signs"].split(" ")}])

    with app.test_request_context(), force_locale(language):
        expected = [_read(text) for text in texts]
    values = [None if pair is None else Decimal(pair[0]).scaleb(-pair[1]) for pair in found]
    assert [one for one in zip(texts, values, expected, strict=True) if one[1] != one[2]] == []
    assert 300 < sum(value is not None for value in expected) < 2_700


def _read(text: str) -> Decimal | None:
    try:
        return numerals.number(text, currency="USD")
    except ValidationError:
        return None
