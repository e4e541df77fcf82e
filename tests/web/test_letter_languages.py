"""Documents are in the language of their organisation, with its names of the Foundation, of countries and of titles."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

import reports
from grants.db import db, transaction
from grants.models import Document, DocumentSnapshot, Organisation
from grants.services import documents, letters, persons
from reports.snapshots import parse
from reports.snapshots.facts import LANGUAGES, Language
from tests import world as w

pytestmark = pytest.mark.sweep


@pytest.fixture(scope="session")
def ground(awarded: str) -> str:
    """Every test begins with a call in which an award was made."""
    return awarded


def awarded_to(language: str) -> dict[str, dict[str, Any]]:
    """The snapshots of receipt and award letter of an organisation in Yemen with this language, by kind."""
    world = w.found()
    with transaction():
        chapter = w.organisation("Chapter of Yemen", "YE", language)
        world.chapters["ye"] = chapter
        for place in (1, 2):
            world.people[f"ye{place}"] = w.person(f"ye{place}")
            persons.join(world.people[f"ye{place}"], chapter, actor=w.SYSTEM)
    application = w.awarded(world, chapter="ye").application
    rows = db.session.query(Document.kind, DocumentSnapshot.data).join(DocumentSnapshot)
    return {row.kind: row.data for row in rows.filter(Document.application_id == application.id)}


@pytest.mark.parametrize(
    ("language", "known", "names"),
    [
        ("ar", "ar", ("مؤسسة مجتمع الإنترنت", "اليمن", "إدارة البرامج")),
        ("pt", "en", ("Internet Society Foundation", "Yemen", "Director of programmes")),
    ],
)
def test_letters_are_in_the_language_of_the_organisation(
    app: Flask, language: str, known: Language, names: tuple[str, str, str]
) -> None:
    with app.app_context():
        snapshots = awarded_to(language)

    foundation, country, title = names
    assert {one["language"] for one in snapshots.values()} == {known}
    assert {one["foundation"]["name"] for one in snapshots.values()} == {foundation}
    assert {one["recipient"]["address"][-1] for one in snapshots.values()} == {country}
    assert snapshots["award_letter"]["signatory"]["title"] == title
    assert [reports.render(parse(one)).pages for one in snapshots.values()] == [1] * len(snapshots)


def test_every_language_of_documents_has_its_titles_and_sources() -> None:
    assert {role: tuple(titles) for role, titles in letters.TITLES.items()} == dict.fromkeys(letters.TITLES, LANGUAGES)
    assert tuple(letters.SOURCES) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_documents_is_used_for_them(language: Language) -> None:
    assert documents.language_of(Organisation(language=language)) == language
