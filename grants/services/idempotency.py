"""Idempotency: a form that is submitted twice has one effect. Its hidden key is stored with the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import IdempotencyKey
from grants.services.refusals import Refused
from workflows.engine.message import Message

LONGEST_KEY = 100
"""Characters. The keys of our forms are shorter; a longer one is not ours and is not stored."""


def perform(key: str, *, person: int, body: bytes, do: Callable[[], str]) -> str:
    """Call `do` and store its answer under the idempotency key, or return the answer stored earlier.

    A second request that arrives while the first is running waits for it, because both insert the same key. Without
    a key, or with one longer than LONGEST_KEY, `do` is called each time. Raises Refused when the key was used by
    another person or with another body, and whatever `do` raises.
    """
    if not key or len(key) > LONGEST_KEY:
        return do()
    sha256 = hashlib.sha256(body).hexdigest()
    fresh = (
        insert(IdempotencyKey)
        .values(key=key, person_id=person, body_sha256=sha256, answer="")
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if db.session.execute(fresh).first():
        answer = do()
        db.session.get_one(IdempotencyKey, key).answer = answer
        db.session.flush()
        return answer
    kept = db.session.scalars(select(IdempotencyKey).where(IdempotencyKey.key == key)).one()
    if (kept.person_id, kept.body_sha256) != (person, sha256):
        raise Refused(Message("This form has already been submitted with different content. Open the page again."))
    return kept.answer
