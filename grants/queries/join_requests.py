"""Requests to act for an organisation."""

from __future__ import annotations

from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import JoinRequest

MOST = 50


def own(principal: Principal) -> list[JoinRequest]:
    """The requests that the person has made, the newest first, at most fifty."""
    wanted = select(JoinRequest).where(JoinRequest.person_id == principal.id, visible(JoinRequest, principal))
    return list(db.session.scalars(wanted.order_by(JoinRequest.id.desc()).limit(MOST)))
