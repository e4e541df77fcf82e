"""Repayments: unspent funds that a grantee returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.db import db
from grants.models import Agreement, Repayment
from grants.services import transitions
from grants.services.money import instalments, ledger
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor


@transitions.effect("repayments.receive")
def receive(agreement: Agreement, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> Message:
    """Store the repayment, book it from paid to returned, and update whether the grant can be closed.

    Raises ledger.Overspent for more than was paid, and ValueError unless the amount is above zero.
    """
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
    return Message("Unspent funds returned: %(amount)s, received on %(day)s", amount=money, day=answers["day"])
