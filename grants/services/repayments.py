"""Money that comes back: what was paid and not used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.db import db
from grants.models import Agreement, Repayment
from grants.services import instalments, ledger, moves
from workflows.roles import Actor
from workflows.say import Money, Say


@moves.deed("repayments.receive")
def receive(agreement: Agreement, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> Say:
    """Book it against what was paid; the grant can be closed once nothing is left."""
    award, amount, reference = agreement.award, answers["amount"], answers["reference"]
    db.session.add(
        Repayment(
            award_id=award.id,
            amount=amount,
            currency=award.currency,
            received_on=answers["day"],
            reference=reference,
            by=actor.person,
        )
    )
    ledger.take_in(award, amount=amount, actor=actor, note=reference)
    instalments.settle(award)
    money = Money(amount, award.currency)
    return Say("Came back: %(amount)s, received on %(day)s", amount=money, day=answers["day"])
