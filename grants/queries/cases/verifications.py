"""The facts that the guards of a verification read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import aliased

from grants.db import db
from grants.models import Application, Involvement, Membership, Verification
from grants.models.organisations import is_one_with
from grants.queries.applications.involvements import APPOINTED
from workflows import cases


def case(row: Verification) -> cases.VerificationCase:
    """The case of a verification, with everybody who ever acted for its organisation, and those who act for rivals."""
    acted = select(Membership.person_id).where(is_one_with(Membership.organisation_id, row.organisation_id))
    own = aliased(Application)
    rivals = (
        select(Involvement.person_id)
        .join(Application, Application.id == Involvement.application_id)
        .join(own, (own.call_id == Application.call_id) & (own.id != Application.id))
        .where(
            is_one_with(own.organisation_id, row.organisation_id),
            ~is_one_with(Application.organisation_id, row.organisation_id),
            APPOINTED,
        )
    )
    members, others = frozenset(db.session.scalars(acted)), frozenset(db.session.scalars(rivals.distinct()))
    return cases.VerificationCase(step=row.step, members=members, rivals=others)
