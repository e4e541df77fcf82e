"""Organisations: chapters from the published list, and others as they come."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select

from grants.db import db
from grants.models import Organisation
from grants.services import history
from workflows.roles import CLOCK, Actor
from workflows.say import Say


def add(
    *,
    name: str,
    country: str,
    region: str,
    language: str,
    kind: str = "chapter",
    address: str = "",
    source: str = "",
    actor: Actor = CLOCK,
) -> Organisation:
    """A new organisation; raises Broken at the end of the unit when the name is taken."""
    row = Organisation(
        name=name,
        sort_key=sort_key(name),
        country=country,
        region=region,
        language=language,
        kind=kind,
        address=address,
        source=source,
    )
    db.session.add(row)
    db.session.flush()
    history.record(
        history.About("organisation", row.id, "organisation", row.id), actor=actor, key="add", say=Say("Added")
    )
    return row


def add_missing(rows: list[dict[str, str]]) -> int:
    """Add the chapters of the published list that are not there yet; answers how many."""
    known = set(db.session.scalars(select(Organisation.name)))
    new = [row for row in rows if row["chapter"] not in known]
    for row in new:
        add(
            name=row["chapter"],
            country=row["country_iso2"],
            region=row["region"],
            language=row["correspondence_language_suggested"],
            source=row["source"],
        )
    return len(new)


def sort_key(name: str) -> str:
    """A key under which names sort alike on every server: without accents and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
