"""A form that is sent twice has one effect: its hidden key is kept with the answer that was given."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import Repeat
from grants.services.moves import Refused
from workflows.say import Say

LONGEST_KEY = 100
"""Our own keys are shorter; whoever sends a longer one made it up, and nothing of it is kept."""


def once(key: str, *, person: int, body: bytes, do: Callable[[], str]) -> str:
    """Do it and keep the answer under the key, or give the answer kept.

    Raises Refused for the same key with other contents.
    A second sending that comes while the first is still at work waits for it: both insert the same key.
    """
    if not key or len(key) > LONGEST_KEY:
        return do()
    sha256 = hashlib.sha256(body).hexdigest()
    fresh = (
        insert(Repeat)
        .values(key=key, person_id=person, body_sha256=sha256, answer="")
        .on_conflict_do_nothing()
        .returning(Repeat.key)
    )
    if db.session.execute(fresh).first():
        answer = do()
        db.session.get_one(Repeat, key).answer = answer
        db.session.flush()
        return answer
    kept = db.session.scalars(select(Repeat).where(Repeat.key == key)).one()
    if (kept.person_id, kept.body_sha256) != (person, sha256):
        raise Refused(Say("This form was sent already with other contents. Open the page again."))
    return kept.answer
