"""Decisions."""

from __future__ import annotations

from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Decision


def of(application: Application, principal: Principal) -> Decision | None:
    """How the application was decided, if the principal may know it; None while it is open."""
    return db.session.scalars(
        select(Decision).where(Decision.application_id == application.id, visible(Decision, principal))
    ).first()
