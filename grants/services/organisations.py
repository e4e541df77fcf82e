"""Organisations: chapters from the published list, and others."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select

from grants.db import db
from grants.models import Organisation
from grants.services.integrity import history
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Actor


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
    """Create an organisation and its history event.

    The transaction raises ConstraintViolated when the name is taken.
    """
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
        history.About("organisation", row.id, "organisation", row.id), actor=actor, key="add", message=Message("Added")
    )
    return row


def add_missing(rows: list[dict[str, str]]) -> int:
    """Create the chapters of the published list whose names are missing; returns how many were created."""
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
    """The name without accents and case, so that names sort in the same way on every server."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
