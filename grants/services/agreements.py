"""Agreements: signature, countersignature, and the award condition."""

from __future__ import annotations

from grants.db import db, now
from grants.models import Agreement
from grants.services.applications import involvements
from grants.services.effects import Context
from grants.services.money import instalments
from workflows.engine.message import Value
from workflows.engine.roles import CLOCK


def sign(agreement: Agreement, context: Context) -> None:
    """Record who signed for the grantee, under which name, and when."""
    agreement.signed_by, agreement.signed_at = context.actor.person, now()
    agreement.signed_name = context.answers["name"].strip()
    involvements.note(agreement.award.application, context.actor.person, "signed")
    db.session.flush()


def countersign(agreement: Agreement, context: Context) -> dict[str, Value]:
    """Record the Foundation's signature, start the project, and make instalments payable whose conditions now hold."""
    agreement.countersigned_by, agreement.countersigned_at = context.actor.person, now()
    agreement.countersigned_name = context.answers["name"].strip()
    db.session.flush()
    award = agreement.award
    context.apply(award.application, "begin", actor=CLOCK)
    instalments.follow(award, context=context)
    return {"starts": award.starts_on, "ends": award.ends_on}


def meet(agreement: Agreement, context: Context) -> None:
    """Record that the award condition is met, and make instalments payable whose conditions now hold."""
    award = agreement.award
    award.met_by, award.met_at = context.actor.person, now()
    db.session.flush()
    instalments.follow(award, context=context)
