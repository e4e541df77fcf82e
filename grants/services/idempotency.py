"""Idempotency: the key of a form is stored with the answer, in the transaction of what the form changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from grants.db import GRANTS_NOW, db
from grants.models import IdempotencyKey
from grants.services import retention

LONGEST_KEY = 100
"""Characters. The keys of our forms are shorter; a longer one is not ours and is not stored."""

RETENTION = timedelta(days=30)
"""How long an answer that leads to another page is kept, and how long a form is accepted after its page was opened."""

PAGE_RETENTION = timedelta(days=1)
"""How long an answer is kept that is a page itself: a refused form, which has changed nothing and repeats what was
typed."""


class Shown(NamedTuple):
    """A row as a stored page showed it. permission: with which it was loaded; empty if none was needed."""

    table: str
    id: int
    permission: str
    step: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The complete answer to a form. location: where a redirect leads, else empty.

    shown: for a page, the state of each row whose content it may show. It is stored as JSON with the fields in this
    order, by which `IdempotencyKey.PAGE` knows a page.
    """

    status: int
    location: str
    content_type: str
    body: str
    shown: list[Shown] | None = None


class OtherContent(Exception):
    """The key was used before, by another person or with other content."""


def claim(key: str, *, person: int, body: bytes) -> Answer | None:
    """Reserve the key until the end of the transaction: None if it is new, else the answer stored with it.

    A second request that arrives while the first is running waits for it, because both insert the same key. If the
    first is rolled back, the key is new again. Raises OtherContent.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    stored = insert(IdempotencyKey).values(key=key, person_id=person, body_sha256=sha256, answer="")
    locked = stored.on_conflict_do_update(index_elements=["key"], set_={"key": stored.excluded.key})
    found = db.session.execute(
        locked.returning(IdempotencyKey.person_id, IdempotencyKey.body_sha256, IdempotencyKey.answer)
    ).one()
    if (found.person_id, found.body_sha256) != (person, sha256):
        raise OtherContent(key)
    return _read(found.answer) if found.answer else None


def _read(text: str) -> Answer:
    values = json.loads(text)
    shown = values.pop("shown", None)
    return Answer(**values, shown=None if shown is None else [Shown(*row) for row in shown])


def keep(key: str, answer: Answer) -> None:
    """Store the answer with the key that this transaction has claimed."""
    db.session.execute(
        update(IdempotencyKey).where(IdempotencyKey.key == key).values(answer=json.dumps(asdict(answer)))
    )


def purge() -> None:
    """Delete the keys whose retention has ended."""
    key, at = IdempotencyKey.key, IdempotencyKey.at
    retention.delete_oldest(key, at, at < GRANTS_NOW - PAGE_RETENTION, IdempotencyKey.PAGE)
    retention.delete_oldest(key, at, at < GRANTS_NOW - RETENTION)
