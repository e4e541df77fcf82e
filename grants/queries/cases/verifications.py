"""The facts that the guards of a verification read."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Membership, Verification
from workflows import cases


def case(row: Verification) -> cases.VerificationCase:
    """The case of a verification, with everybody who ever acted for its organisation."""
    acted = select(Membership.person_id).where(Membership.organisation_id == row.organisation_id)
    return cases.VerificationCase(step=row.step, members=frozenset(db.session.scalars(acted)))
