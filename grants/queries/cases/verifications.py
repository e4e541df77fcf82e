"""The facts that the guards of a verification read."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Membership, Verification
from grants.models.organisations import is_one_with
from grants.queries.applications import involvements
from workflows import cases


def case(row: Verification) -> cases.VerificationCase:
    """The case of a verification, with everybody who ever acted for its organisation, and those who act for rivals."""
    acted = select(Membership.person_id).where(is_one_with(Membership.organisation_id, row.organisation_id))
    rivals = involvements.rivals(row.organisation_id)
    members, others = frozenset(db.session.scalars(acted)), frozenset(db.session.scalars(rivals.distinct()))
    return cases.VerificationCase(step=row.step, members=members, rivals=others)
