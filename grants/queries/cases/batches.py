"""The facts about a batch of payments that the guards of its flow read."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import db
from grants.models import Award, Batch, Instalment
from workflows import cases


def case(row: Batch) -> cases.BatchCase:
    """The case of a batch."""
    payments = [p for p in row.payments if not p.undone]
    makers = db.session.scalars(
        select(Award.made_by)
        .join(Instalment)
        .where(Instalment.id.in_([p.instalment_id for p in payments]))
        .order_by(Award.made_by)
    )
    return cases.BatchCase(
        step=row.step,
        prepared_by=row.prepared_by,
        approved_by=row.approved_by,
        released_by=row.released_by,
        award_makers=frozenset(makers),
        payments=len(payments),
    )
