"""Search finds what is meant: each word anywhere, in any order, with any white space, without accents and case."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import CompoundSelect, Select, func, select, text

from grants.db import db, transaction
from grants.models import Application
from grants.queries import search
from grants.queries.applications import listing, matching
from tests import world as w
from tests.browser import browser
from tests.prepared import Prepare

TITLE = "Réseau communautaire de Łódź: 100% solar_power\\grid for 3 villages"
PLAIN = "Fibre for the harbour"


@pytest.fixture(scope="session")
def ground(prepare: Prepare) -> str:
    """Two applications of two chapters, BTN-2026-0001 and BTN-2026-0002."""
    return prepare("search", begin)


def begin() -> None:
    """Fill the database."""
    world = w.build(programmes=("BTN-L",))
    for chapter, title in (("mg", TITLE), ("bo", PLAIN)):
        row = w.submitted(world, chapter=chapter)
        with transaction():
            row.title = title
            w.recorded()


def found(app: Flask, words: str) -> set[str]:
    """The titles on the page of applications that match these words."""
    page = browser(app, "olga").get("/applications", query_string={"words": words, "list": "all"}).page
    return {title for title in (TITLE, PLAIN) if title in page.text}


SEARCHES = {
    "harbour fibre": {PLAIN},
    "fibre harbour": {PLAIN},
    "HARBOUR the": {PLAIN},
    "bour fib": {PLAIN},
    "reseau lodz": {TITLE},
    "RÉSEAU ŁÓDŹ": {TITLE},
    "re\u0301seau": {TITLE},
    "communautaire mg": {TITLE},
    "chapter bo fibre": {PLAIN},
    "chapter bo réseau": set(),
    "solar\N{NO-BREAK SPACE}réseau": {TITLE},
    "solar\N{IDEOGRAPHIC SPACE}réseau": {TITLE},
    "solar\tréseau": {TITLE},
    "solar\nréseau": {TITLE},
    "\N{NO-BREAK SPACE}": {TITLE, PLAIN},
    "100% solar": {TITLE},
    "solar_power": {TITLE},
    "%": {TITLE},
    "_": {TITLE},
    "\\": {TITLE},
    "f%e": set(),
    "f_bre": set(),
    "f\N{FULLWIDTH PERCENT SIGN}e": set(),
    "f\N{FULLWIDTH LOW LINE}bre": set(),
    "btn 2026 1": {TITLE},
    "2026 btn 2": {PLAIN},
    "btn-2026-1": {TITLE},
    "2026-0002": {PLAIN},
    "2026-2": {PLAIN},
    "BTN-2026-0002": {PLAIN},
    "btn-20": {TITLE, PLAIN},
    "0001": {TITLE},
    "btn 2026 3": {TITLE},
    "26": set(),
    "000": {TITLE, PLAIN},
    "00": {TITLE, PLAIN},
    "2026": {TITLE, PLAIN},
    "#0001": {TITLE},
    '"solar"': {TITLE},
    "(solar)": {TITLE},
}


@pytest.mark.parametrize("words", SEARCHES)
def test_applications_are_found(app: Flask, words: str) -> None:
    assert found(app, words.replace("2026", f"{year(app)}")) == SEARCHES[words]


def year(app: Flask) -> str:
    """The year in the references."""
    with app.app_context():
        return str(w.first().reference).split("-")[1]


def test_without_parting_the_words_only_one_order_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the whole text used to be one pattern."""
    monkeypatch.setattr(listing, "words_of", lambda text: (text,) if text.strip() else ())

    assert (found(app, "harbour fibre"), found(app, "fibre harbour")) == (set(), set())
    assert found(app, "for the harbour") == {PLAIN}


def test_without_reading_numbers_their_zeros_would_have_to_be_typed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: a reference without its zeros is no part of the text."""
    monkeypatch.setattr(search, "NUMBER", re.compile("(?!)"))

    assert found(app, f"btn-{year(app)}-1") == set()


def test_a_pattern_that_is_escaped_before_it_is_plain_matches_everything(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the wide signs are made ordinary ones by the comparison without accents."""
    early = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})
    monkeypatch.setattr(search, "_pattern", lambda word: func.concat("%", func.plain(word.translate(early)), "%"))

    assert found(app, "f\N{FULLWIDTH PERCENT SIGN}e") == {TITLE, PLAIN}


def test_people_are_found_by_any_order_of_their_names(app: Flask) -> None:
    ada = browser(app, "ada")

    for words in ("demo olga", "olga (demo)", "OLGA\N{NO-BREAK SPACE}example.org", "(demo) olga@"):
        page = ada.get("/people", query_string={"words": words}).page
        assert "Olga (demo)" in page.text, words
        assert "Omar (demo)" not in page.text, words


def test_only_so_many_words_are_used(app: Flask) -> None:
    assert search.words_of("a b a  c") == ("a", "b", "c")
    assert len(search.words_of(" ".join(map(str, range(99))))) == search.MOST
    assert search.words_of("x" * 500) == ("x" * search.LONGEST,)


@pytest.mark.parametrize("words", ["harbour fibre", "btn-2026-0002", "harbour 2"])
def test_a_search_uses_the_indexes(app: Flask, words: str) -> None:
    sought = search.words_of(words)
    with app.app_context():
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        applications = plan(select(Application.id).where(matching.matching(sought, indexed=True)))
        applicants = plan(matching.naming(sought))

    assert "application_words_idx" in applications, applications
    assert "organisation_words_idx" in applicants, applicants


def plan(wanted: Select[Any] | CompoundSelect[int, int]) -> str:
    """How PostgreSQL executes the statement."""
    compiled = wanted.compile(db.engine, compile_kwargs={"render_postcompile": True})
    return "\n".join(db.session.connection().exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars())
