"""Invitations by their tokens."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.db import GRANTS_NOW, db
from grants.models import Invitation, Organisation
from grants.models.organisations import is_one_with
from grants.queries.sessions import hashed


def live(token: str) -> Invitation | None:
    """The open invitation with this token that has not ended; None for every other token."""
    found = select(Invitation).options(joinedload(Invitation.inviter), joinedload(Invitation.organisation))
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.ends_at > GRANTS_NOW)
    return db.session.scalars(found.where(Invitation.token_sha256 == hashed(token), *open_)).first()


def accepted_by(token: str, person_id: int | None) -> Invitation | None:
    """The invitation with this token that this person has accepted."""
    if person_id is None:
        return None
    found = select(Invitation).where(Invitation.token_sha256 == hashed(token), Invitation.accepted_by == person_id)
    return db.session.scalars(found).first()


def pending(organisation: Organisation, email: str) -> Invitation | None:
    """The open invitation of this address to the organisation, also if it has ended."""
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    own = is_one_with(Invitation.organisation_id, organisation.id)
    found = select(Invitation).where(own, Invitation.email == email, *open_)
    return db.session.scalars(found.execution_options(populate_existing=True)).first()
