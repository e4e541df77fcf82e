"""Every document is a tagged PDF with language, title and reading order (PDF/UA-1, ISO 14289-1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest

import reports
from reports import engine
from reports.snapshots import ImpactReport, Snapshot
from tests.reports import examples
from tests.reports.reading import Tagged, printed, read_aloud, tagged

KINDS = (examples.award_letter, examples.decline_letter, examples.receipt, examples.impact_report)
EVERY_KIND = (*KINDS, *(partial(make, "ar") for make in KINDS))
every_kind = pytest.mark.parametrize("make", EVERY_KIND)


def read(make: Callable[[], Snapshot]) -> Tagged:
    return tagged(printed(make).pdf)


@every_kind
def test_the_file_declares_its_title_and_language(make: Callable[[], Snapshot]) -> None:
    pdf, snapshot = read(make), make()

    assert (pdf.marked, pdf.shows_title, pdf.part, pdf.language) == (True, True, "1", snapshot.language)
    assert snapshot.number in pdf.title


@every_kind
def test_every_font_is_embedded(make: Callable[[], Snapshot]) -> None:
    pdf = read(make)

    assert (pdf.fonts >= 4, pdf.loose_fonts) == (True, ())


@every_kind
def test_every_figure_has_an_alternative_text(make: Callable[[], Snapshot]) -> None:
    figures = [tag for tag in read(make).tags if tag.kind == "Figure"]

    assert figures != []
    assert [figure for figure in figures if len(figure.alternative) < 8] == []


@pytest.mark.parametrize(
    ("make", "columns", "rows"),
    [(examples.award_letter, 3, 0), (examples.receipt, 2, 0), (examples.impact_report, 10, 10)],
)
def test_every_header_cell_heads_a_column_or_a_row(make: Callable[[], Snapshot], columns: int, rows: int) -> None:
    scopes = [tag.scope for tag in read(make).tags if tag.kind == "TH"]

    assert (len(scopes), scopes.count("Column"), scopes.count("Row")) == (columns + rows, columns, rows)


def test_without_our_addition_header_cells_would_have_no_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "complete_structure", id)

    pdf = tagged(reports.render(examples.award_letter()).pdf)

    assert [tag.scope for tag in pdf.tags if tag.kind == "TH"] == ["", "", ""]
    assert pdf.listed_ids == ()


@every_kind
def test_cells_refer_to_their_headers_and_every_reference_is_valid(make: Callable[[], Snapshot]) -> None:
    pdf = read(make)

    named = {header for tag in pdf.tags for header in tag.headers}

    assert named <= set(pdf.listed_ids)
    assert sorted(pdf.listed_ids) == sorted(tag.id for tag in pdf.tags if tag.id)


@every_kind
def test_lists_contain_only_items(make: Callable[[], Snapshot]) -> None:
    assert {kid for tag in read(make).tags if tag.kind == "L" for kid in tag.kids} <= {"LI"}


@every_kind
def test_headings_begin_at_level_one_and_skip_no_level(make: Callable[[], Snapshot]) -> None:
    levels = [int(tag.kind[1:]) for tag in read(make).tags if tag.kind in {"H1", "H2", "H3"}]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_kind
def test_the_outline_begins_with_the_subject(make: Callable[[], Snapshot]) -> None:
    snapshot = make()
    subject = snapshot.title if isinstance(snapshot, ImpactReport) else snapshot.project

    assert subject in read(make).outline[0]


def test_the_letter_is_read_in_the_order_of_the_page() -> None:
    heard = read_aloud(printed(examples.award_letter).pdf)

    order = ["L-2026-0012", "Madame, Monsieur,", "Montant", "Versements", "1. ", "A. Rivera", "PAdES"]
    places = [heard.index(words) for words in order]
    assert places == sorted(places)
