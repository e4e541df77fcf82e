"""Checks of `grants verify` on messages and notes: each text against its salted hash, or against its erasure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Select, literal, select

from grants.db import db
from grants.models import Application, Correspondence, Event, Note
from grants.services.integrity.verifying.submissions import ERASE
from workflows.engine.message import Message

ROWS_PER_CHUNK = 1_000


def text_hash(salt: str, body: str, quoted: str = "") -> str:
    """The salted SHA-256 of a text. The length of the body separates it from what is quoted."""
    return hashlib.sha256(f"{salt}:{len(body)}:{body}{quoted}".encode()).hexdigest()


def problems() -> Iterator[Message]:
    """Texts that were changed, emptied without an event of their erasure, or are there after one."""
    columns = (Correspondence.id, Correspondence.salt, Correspondence.sha256, Correspondence.body)
    yield from _differing("message", select(*columns, Correspondence.quoted).order_by(Correspondence.id))
    columns = (Note.id, Note.salt, Note.sha256, Note.body)
    yield from _differing("note", select(*columns, literal("")).order_by(Note.id))


def _differing(table: str, texts: Select[int, str, str, str, str]) -> Iterator[Message]:
    gone = _erased(table)
    for id, salt, sha256, body, quoted in db.session.execute(texts.execution_options(yield_per=ROWS_PER_CHUNK)):
        if id in gone:
            if body or quoted:
                yield Message("%(table)s %(id)s was erased, but still has text.", table=table, id=id)
        elif sha256 != text_hash(salt, body, quoted):
            yield Message("%(table)s %(id)s: its text does not match its hash.", table=table, id=id)


def _erased(table: str) -> set[int]:
    """The rows of this table with an event of their erasure."""
    erased = select(Event.about_id).where(
        Event.about == table, Event.key == ERASE, Event.subject == Application.__tablename__
    )
    return set(db.session.scalars(erased))
