"""A page on paper: it begins with its title and its text, and nothing of the navigation is printed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests import machine
from tests.pages.visits import Visits

pytestmark = pytest.mark.system

PAGES = [
    ("own", "/applications/{granted}"),
    ("own", "/applications/{checked}"),
    ("own", "/awards/{award}"),
    ("own", "/reports/{report}"),
    ("off", "/applications/{granted}"),
    ("off", "/applications/{granted}/proposal"),
    ("app", "/applications/{decision}"),
    ("fin", "/batches/{batch}"),
    ("rev", "/reviews/{assignment}"),
]
WAYS = (
    "Skip to", "Your tasks", "Open calls", "My reviews", "Sign out", "Verify a document", "What you can do now",
    "Submit review",
)  # fmt: skip
PRINTED_LINES = 12
UNPRINTED = """for (const rule of document.styleSheets[0].cssRules)
  if (rule.conditionText === "print") rule.media.mediaText = "speech";"""


def printed(visits: Visits, folder: Path) -> list[str]:
    """The text of each sheet of paper."""
    visits.window.pdf(path=folder / "page.pdf", format="A4")
    text = subprocess.run(
        [machine.poppler("pdftotext"), "-layout", folder / "page.pdf", "-"], capture_output=True, text=True, check=True
    )
    return text.stdout.split("\f")[:-1]


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_the_first_sheet_begins_with_the_title(visits: Visits, tmp_path: Path, actor: str, path: str) -> None:
    visits.open(actor, path)
    title = " ".join((visits.window.locator("h1").text_content() or "").split())

    sheets = printed(visits, tmp_path)

    lines = [" ".join(line.split()) for line in sheets[0].splitlines() if line.strip()]
    assert title.startswith(lines[0].split("  ")[0][: len(title)])
    assert len(lines) > PRINTED_LINES, "the text begins on the second sheet"


@pytest.mark.parametrize(("actor", "path"), PAGES)
def test_nothing_of_the_navigation_is_printed(visits: Visits, tmp_path: Path, actor: str, path: str) -> None:
    visits.open(actor, path)

    text = "\n".join(printed(visits, tmp_path))

    assert [way for way in WAYS if way in text] == []


def test_the_navigation_would_be_noticed(visits: Visits, tmp_path: Path) -> None:
    """Counter-test: without the rules for paper, the navigation is printed above the title."""
    visits.open("own", "/applications/{granted}")
    visits.window.evaluate(UNPRINTED)

    text = printed(visits, tmp_path)[0]

    assert text.index("Your tasks") < text.index("fibre title")


LONG = """const area = [...document.querySelectorAll("main textarea")].at(0);
  area.value = Array.from({length: 90}, (_, number) => `Written line ${number}.`).join("\\n");
  document.querySelectorAll("details").forEach((fold) => fold.removeAttribute("open"));
  return area.id"""


@pytest.mark.parametrize(
    ("actor", "path"), [("rev", "/reviews/{assignment}?part=scores"), ("own", "/applications/{draft}/write")]
)
def test_what_was_written_in_fields_is_printed_whole(visits: Visits, tmp_path: Path, actor: str, path: str) -> None:
    visits.open(actor, path)
    visits.window.evaluate(f"() => {{ {LONG} }}")

    text = "\n".join(printed(visits, tmp_path))

    assert [number for number in range(90) if f"Written line {number}." not in text] == []


def test_without_the_rules_for_fields_a_text_is_cut(visits: Visits, tmp_path: Path) -> None:
    """Counter-test."""
    visits.open("rev", "/reviews/{assignment}?part=scores")
    visits.window.evaluate(f"() => {{ {LONG} }}")
    visits.window.evaluate(UNPRINTED)

    assert "Written line 89." not in "\n".join(printed(visits, tmp_path))
