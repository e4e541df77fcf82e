"""The whole story in Chromium with script has the same result as without, and no page breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Locator

from config import ROOT
from grants.services.locking import ORDER
from grants.web.site import assets
from tests import machine
from tests.story.chromium import PHONE, Chromium, Room, room
from tests.story.outcome import Outcome
from tests.story.played import Played

pytestmark = pytest.mark.system
DAYS = ("starts_on", "ends_on", "paid_on")
PRINTED = ("number", "kind", "language", "reference", "pages")
STRICT = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
SHEET = assets.joined(ROOT / "grants" / "static", "css", assets.STYLES).content.decode()
OVER = "<p>" + "x" * 200


@pytest.fixture(scope="module")
def people() -> Iterator[Room]:
    """A Chromium for this file."""
    with room(machine.chromium()) as opened:
        yield opened


@pytest.fixture
def visitor(people: Room) -> Iterator[Chromium]:
    """A person at an empty window with the width of a phone."""
    people.complaints.clear()
    made = people.visitor("about:blank")
    made.window.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    yield made
    made.leave()


def transitions(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Who did what, in order."""
    return [(step["person"], step["transition"]) for step in facts["steps"]]


def rows(facts: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The rows of a table, with dates counted from the first day of the play."""
    first = date.fromisoformat(facts["steps"][0]["at"][:10])
    return [
        {key: (date.fromisoformat(value) - first).days if key in DAYS else value for key, value in row.items()}
        for row in facts[table]
    ]


def test_the_same_people_take_the_same_actions(played: Played, outcome: Outcome) -> None:
    assert transitions(played.facts) == transitions(outcome.facts)


@pytest.mark.parametrize("table", ["awards", "instalments", "outcomes"])
def test_the_database_has_the_same_content(played: Played, outcome: Outcome, table: str) -> None:
    assert rows(played.facts, table) == rows(outcome.facts, table)


def test_the_same_documents_are_printed(played: Played, outcome: Outcome) -> None:
    printed = [[{key: row[key] for key in PRINTED} for row in one.facts["printed"]] for one in (played, outcome)]

    assert printed[0] == printed[1]


def test_no_page_reports_an_error_in_the_console(played: Played) -> None:
    assert played.complaints == ()


def test_a_forbidden_script_would_be_reported(visitor: Chromium) -> None:
    """Counter-test: a script that violates the content security policy and one that fails are both reported."""
    visitor.window.set_content(f"{STRICT}<script>1</script>")
    visitor.window.evaluate("setTimeout(() => { throw new Error('broken') })")
    visitor.window.wait_for_timeout(200)

    blocked, failed = visitor.room.complaints
    assert "violates the following Content Security Policy directive" in blocked
    assert failed == "about:blank: broken"


def test_no_page_is_wider_than_its_window(played: Played) -> None:
    assert len(played.looks) >= 20

    assert [look for look in played.looks if look.takes > look.window] == []


def test_a_page_that_is_too_wide_would_be_noticed(visitor: Chromium) -> None:
    """Counter-test: a word longer than the window is noticed; one in a scrolling frame is not."""
    visitor.window.set_content(f"<div style='overflow-x: auto'>{OVER}</div>")
    framed = visitor.width()

    visitor.window.set_content(OVER)

    assert (framed, visitor.width() > PHONE[0]) == (PHONE[0], True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_that_scrolls_sideways_has_a_shadow_at_that_edge(
    visitor: Chromium, scheme: Literal["light", "dark"]
) -> None:
    visitor.window.emulate_media(color_scheme=scheme)
    visitor.window.set_content(f"<style>{SHEET}</style><div class='frame'><table><td>Far</table></div>")
    frame = visitor.window.locator(".frame")

    first = shaded(frame)
    frame.evaluate("one => one.scrollTo(100, 0)")
    between = shaded(frame)
    frame.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    last = shaded(frame)

    visitor.window.emulate_media(color_scheme="light")
    assert (first, between, last) == ((False, True), (True, True), (True, False))


def shaded(frame: Locator) -> tuple[bool, bool]:
    """Whether the left and the right edge of a frame differ in colour from its middle."""
    with Image.open(BytesIO(frame.screenshot())) as picture:
        row = [picture.getpixel((x, 3)) for x in (0, picture.width // 2, picture.width - 1)]
    return row[0] != row[1], row[2] != row[1]


def test_every_page_has_its_screenshot(played: Played) -> None:
    for look in played.looks:
        with Image.open(Path(look.picture)) as picture:
            assert picture.width == look.window


def test_no_process_locks_out_of_order(played: Played) -> None:
    """Web, workers, relay and clock, from the log of their database."""
    assert played.locks == ()
    assert set(played.locked) == {model.__tablename__ for model in ORDER} - {"verification"}, "nobody registers in it"
