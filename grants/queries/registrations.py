"""Registrations by the token of their link."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select

from grants.db import GRANTS_NOW, db
from grants.models import Registration
from grants.queries.sessions import hashed


def is_live(token: str) -> ColumnElement[bool]:
    """The registration with this token, unless it was used or has ended."""
    named = Registration.tokens.contains([hashed(token)])
    return and_(named, Registration.used_at.is_(None), Registration.ends_at > GRANTS_NOW)


def live(token: str) -> Registration | None:
    """The registration with this token, if its link still works."""
    return db.session.scalars(select(Registration).where(is_live(token))).first()
