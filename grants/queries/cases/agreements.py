"""The facts about an agreement that the guards of its flow read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from grants.db import db
from grants.models import (
    Agreement,
    Award,
    Batch,
    Instalment,
    Payment,
    Repayment,
)
from grants.queries.applications import involvements
from grants.queries.cases.awards import loose_ends
from grants.queries.cases.organisations import confirmed
from workflows import cases


def case(row: Agreement, arrived_at: datetime) -> cases.AgreementCase:
    """The case of an agreement. arrived_at: when the request came in, by the database clock."""
    award = row.award
    return cases.AgreementCase(
        step=row.step,
        stage=row.stage,
        arrived_at=arrived_at,
        application=award.application.step,
        signed_by=row.signed_by,
        judges=involvements.judges(award.application) if row.step == "to_sign" else frozenset(),
        **(_returnable(award) if row.step == "signed" else {}),
        **(_contacts(award) if row.step == "to_sign" else {}),
        currency=award.currency,
        involvements=involvements.of(award.application),
    )


def _contacts(award: Award) -> dict[str, Any]:
    """The confirmed contacts of the grantee, where the call requires some, and how many it requires."""
    rules = award.application.call.data.rules
    required = next((int(rule.params["count"]) for rule in rules if rule.key == "contacts"), 0)
    counted = db.session.scalar(confirmed(award.application.organisation_id)) if required else 0
    return {"contacts": counted or 0, "contacts_required": required}


def _returnable(award: Award) -> dict[str, Any]:
    """What can be returned: all that was paid until everything is reported and paid; afterwards the unspent funds."""
    ends = loose_ends(award)
    settled = not (ends.reports_open or ends.instalments_open)
    references = select(Repayment.reference).where(Repayment.award_id == award.id).order_by(Repayment.id)
    left = (
        select(func.min(Batch.released_at))
        .join(Payment, Payment.batch_id == Batch.id)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .where(Instalment.award_id == award.id, ~Payment.undone)
    )
    left_at, returned = db.session.execute(
        select(left.scalar_subquery(), func.array(references.scalar_subquery()))
    ).one()
    return {
        "returnable": ends.unused if settled else ends.paid,
        "references": tuple(returned),
        "left_on": left_at.date() if left_at else None,
    }
