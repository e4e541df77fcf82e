"""axe-core finds nothing on any kind of page, in light and dark, on wide, zoomed and narrow windows (ADR 0005)."""

from __future__ import annotations

from importlib import resources

import pytest

from tests.pages.visits import WIDTHS, Visits, kinds

pytestmark = pytest.mark.system

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose result depends on colours: the only ones that are asked again in dark."""
RUN = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""


def findings(visits: Visits, *rules: str) -> list[str]:
    """What axe-core finds on the page of the window, by these rules or by all of them."""
    visits.window.evaluate(f"if (!window.axe) {{ {AXE} }}")
    found: list[str] = visits.window.evaluate(RUN, list(rules))
    return found


@pytest.mark.parametrize(("actor", "path"), kinds())
def test_axe_finds_nothing(visits: Visits, actor: str, path: str) -> None:
    visits.open(actor, path)
    found: dict[tuple[int, str], list[str]] = {}
    for width in WIDTHS:
        visits.resize(width)
        visits.window.emulate_media(color_scheme="light")
        found[width, "light"] = findings(visits)
        visits.window.emulate_media(color_scheme="dark")
        found[width, "dark"] = findings(visits, *COLOURS)

    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_a_faulty_page_would_be_noticed(visits: Visits) -> None:
    """Counter-test: a field without label is found; text that is too faint in dark only is found there alone."""
    visits.open("anon", "/")
    visits.window.evaluate("""
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("@media (prefers-color-scheme: dark) { .brand { color: #333 } }");
      document.adoptedStyleSheets = [sheet];
      document.querySelector("main").append(document.createElement("input"));
    """)
    visits.window.emulate_media(color_scheme="light")
    light = {one.partition(":")[0] for one in findings(visits)}
    visits.window.emulate_media(color_scheme="dark")

    dark = {one.partition(":")[0] for one in findings(visits, *COLOURS)}

    assert (light, dark) == ({"label"}, {"color-contrast"})
