"""One-time links: issue, use, end. The link holds a random token, the database its hash."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, update

from grants.db import GRANTS_NOW, db
from grants.models import Link, Person
from grants.queries.links import is_live
from grants.queries.sessions import hashed
from grants.services import locking, retention

SET_UP, SIGN_IN, PASSWORD = "set_up", "sign_in", "password"
LIFETIMES: Mapping[str, timedelta] = {
    SET_UP: timedelta(days=3),
    SIGN_IN: timedelta(minutes=20),
    PASSWORD: timedelta(minutes=20),
}
"""How long a link works, by its purpose."""
TOKEN_BYTES = 32
RETENTION = timedelta(days=30)
"""How long used links, and those that nobody used in time, are kept for an investigation after an attack."""


class Unusable(ValueError):
    """The link is unknown, was used or replaced, or has ended, or the account has ended. Nothing says which."""


def issue(person: Person, purpose: str) -> str:
    """Create a link for the person and return its token, which is stored nowhere.

    Earlier links for the same purpose end. The caller holds the person. purpose: a key of LIFETIMES.
    """
    locking.require(person)
    end(person, purpose)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends_at = GRANTS_NOW + LIFETIMES[purpose]
    db.session.add(Link(token_sha256=hashed(token), person_id=person.id, purpose=purpose, ends_at=ends_at))
    db.session.flush()
    return token


def use(token: str, person: Person) -> str:
    """Use the link of this person, who is held, and end all their other links; returns its purpose. Raises Unusable.

    One statement decides, so that of several attempts at the same time one succeeds.
    """
    locking.require(person)
    used = update(Link).where(is_live(token), Link.person_id == person.id).values(used_at=GRANTS_NOW)
    purpose = db.session.scalar(used.returning(Link.purpose).execution_options(synchronize_session=False))
    if purpose is None:
        raise Unusable
    end(person)
    return purpose


def end(person: Person, *purposes: str) -> None:
    """Delete the links of the person that were not used: for these purposes or, without any, all of them."""
    unused = (Link.person_id == person.id, Link.used_at.is_(None), Link.purpose.in_(purposes or LIFETIMES))
    db.session.execute(delete(Link).where(*unused).execution_options(synchronize_session=False))


def purge() -> None:
    """Delete the links that ended RETENTION ago."""
    retention.delete_oldest(Link.token_sha256, Link.ends_at, Link.ends_at < GRANTS_NOW - RETENTION)
