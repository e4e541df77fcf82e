"""Texts that were not saved into a draft because another person had saved first."""

from __future__ import annotations

from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, ApplicationSave

MOST = 20


def lost(application: Application, principal: Principal) -> list[ApplicationSave]:
    """The person's own texts that came too late and wait for a choice, newest first, at most twenty."""
    return list(
        db.session.scalars(
            select(ApplicationSave)
            .where(
                ApplicationSave.application_id == application.id,
                ApplicationSave.person_id == principal.id,
                ApplicationSave.settled_at.is_(None),
                visible(ApplicationSave, principal),
            )
            .order_by(ApplicationSave.id.desc())
            .limit(MOST)
        )
    )
