"""Search words of applications: each stands in the title, the number or the name of the applicant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, CompoundSelect, bindparam, func, literal, or_, select, union_all

from grants.db import cached_for_page, db
from grants.models import Application, Organisation
from grants.queries.search import each, holds


def matching(words: tuple[str, ...], *, indexed: bool) -> ColumnElement[bool]:
    """The condition that an application matches every word.

    Title with number and applicant have an index each, and one pass reads both; if not `indexed`, the condition is
    written so that PostgreSQL uses neither.
    """
    named = applicants(words)
    return each(words, lambda word: _holding(word, named[word], indexed=indexed))


@cached_for_page
def applicants(words: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The organisations whose name contains each word.

    PostgreSQL plans the search by how many they are: a word in the names of all chapters narrows nothing.
    """
    found: dict[str, list[int]] = {word: [] for word in words}
    for place, id in db.session.execute(naming(words)):
        found[words[place]].append(id)
    return {word: tuple(ids) for word, ids in found.items()}


def naming(words: tuple[str, ...]) -> CompoundSelect[int, int]:
    """The place of each word among the words, with the ids of the organisations whose name contains it."""
    parts = [
        select(literal(place).label("place"), Organisation.id).where(holds(func.plain(Organisation.name), word))
        for place, word in enumerate(words)
    ]
    return union_all(*parts).order_by("place", "id")


def _holding(word: str, named: tuple[int, ...], *, indexed: bool) -> ColumnElement[bool]:
    words, organisation = (
        (Application.words, Application.organisation_id)
        if indexed
        else (Application.words + "", Application.organisation_id + 0)
    )
    if not named:
        return holds(words, word)
    # The ids are written into the statement, because a statement prepared for any ids is planned for none.
    ids: BindParameter[Any] = bindparam("named", named, expanding=True, literal_execute=True, unique=True)
    return or_(organisation.in_(ids), holds(words, word))
