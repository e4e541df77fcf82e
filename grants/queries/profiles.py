"""The versions of the legal details of an organisation."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Organisation, Profile

MOST = 100


def present(organisation: Organisation) -> Profile | None:
    """The version that counts now, for commands; None if no details were ever entered."""
    newest = select(Profile).where(Profile.organisation_id == organisation.id).order_by(Profile.number.desc())
    return db.session.scalars(newest.limit(1)).first()


def versions(organisation: Organisation, principal: Principal) -> list[Profile]:
    """All versions with their authors, the newest first, at most a hundred."""
    wanted = (
        select(Profile)
        .options(joinedload(Profile.author))
        .where(Profile.organisation_id == organisation.id, visible(Profile, principal))
        .order_by(Profile.number.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(wanted))
