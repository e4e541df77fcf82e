"""One-time links by their tokens."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select

from grants.db import GRANTS_NOW, db
from grants.models import Link, Person
from grants.queries.sessions import hashed


def is_live(token: str) -> ColumnElement[bool]:
    """The link with this token, unless it was used or has ended, or the account of its person has ended."""
    entitled = select(Person.id).where(Person.id == Link.person_id, Person.ended_at.is_(None)).exists()
    return and_(Link.token_sha256 == hashed(token), Link.used_at.is_(None), Link.ends_at > GRANTS_NOW, entitled)


def was_used_by(token: str, person: int | None) -> bool:
    """Whether this person has used the link with this token."""
    used = select(Link).where(Link.token_sha256 == hashed(token), Link.person_id == person, Link.used_at.is_not(None))
    return person is not None and db.session.scalar(select(used.exists())) is True


def live(token: str) -> Link | None:
    """The link with this token, if it still works."""
    return db.session.scalars(select(Link).where(is_live(token))).first()
