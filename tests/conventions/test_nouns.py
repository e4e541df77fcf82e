"""A noun has one name in every layer: the same plural in models, services, queries, forms and web."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT
from tests.conventions import nouns


def test_a_noun_has_one_name_in_every_layer() -> None:
    assert nouns.misnamed(nouns.names(ROOT / "grants")) == {}


def test_every_layer_is_read() -> None:
    found = nouns.names(ROOT / "grants")

    assert [layer for layer, here in found.items() if not {"applications", "reports"} <= here.own] == []


def test_nouns_are_plurals() -> None:
    assert [noun for noun in nouns.NOUNS if not noun.endswith("s")] == []
    assert nouns.NOUNS.isdisjoint(nouns.SINGLE)


def test_no_earlier_name_stands_beside_the_one_that_replaced_it() -> None:
    assert nouns.doubled(nouns.names(ROOT / "grants")) == set()


def laid_out(grants: Path, *paths: str) -> Path:
    """A project of these modules; each has a route."""
    for layer in nouns.LAYERS:
        (grants / layer).mkdir()
    for path in paths:
        (grants / path).parent.mkdir(exist_ok=True)
        (grants / path).write_text("bp = Blueprint()")
    return grants


@pytest.mark.parametrize("web", ["web/reports.py", "web/reports/routes.py"])
def test_a_file_and_a_folder_of_the_same_name_are_alike(tmp_path: Path, web: str) -> None:
    assert nouns.misnamed(nouns.names(laid_out(tmp_path, "models/reports.py", web))) == {}


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (
            ("queries/report.py", "forms/report.py"),
            dict.fromkeys(("forms/report", "queries/report"), "a singular: call it reports"),
        ),
        (
            ("services/batch.py", "web/batch/routes.py"),
            dict.fromkeys(("services/batch", "web/batch"), "a singular: call it batches"),
        ),
        (
            ("queries/people.py", "web/people/routes.py"),
            dict.fromkeys(("queries/people", "web/people"), "no noun of the domain"),
        ),
        (("services/money/grants.py",), {"services/grants": "no noun of the domain"}),
        (("models/tasks.py",), {"models/tasks": "in one layer only: is it called otherwise in the others?"}),
        (("web/health.py", "forms/health.py"), {"forms/health": "no noun of the domain"}),
    ],
)
def test_another_name_is_found(tmp_path: Path, paths: tuple[str, ...], found: dict[str, str]) -> None:
    """Counter-test: a singular, a synonym, and a noun that stands alone are each named."""
    assert nouns.misnamed(nouns.names(laid_out(tmp_path, *paths))) == found


def test_two_names_of_one_thing_are_found(tmp_path: Path) -> None:
    """Counter-test: a noun that was renamed in one layer only."""
    assert nouns.doubled(nouns.names(laid_out(tmp_path, "web/moves.py", "services/transitions.py"))) == {"moves"}


def test_a_noun_may_stand_inside_the_folder_of_another(tmp_path: Path) -> None:
    grants = laid_out(tmp_path, "forms/checks.py", "web/applications/checks.py", "models/applications.py")

    assert nouns.misnamed(nouns.names(grants)) == {}


def test_a_page_s_own_module_needs_no_noun(tmp_path: Path) -> None:
    grants = laid_out(tmp_path, "models/calls.py", "web/calls/routes.py", "web/calls/rules_text.py")
    (grants / "web" / "formats.py").write_text("")

    assert nouns.misnamed(nouns.names(grants)) == {}
