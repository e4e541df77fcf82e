"""Repayments: unspent funds that a grantee returns."""

from __future__ import annotations

from grants.db import db
from grants.models import Agreement, Repayment
from grants.services.effects import Context
from grants.services.money import instalments, ledger
from workflows.engine.message import Message, Money


def receive(agreement: Agreement, context: Context) -> Message:
    """Store the repayment, book it from paid to returned, and update whether the grant can be closed.

    Raises ledger.Overspent for more than was paid, and ValueError unless the amount is above zero.
    """
    award, amount, reference = agreement.award, context.answers["amount"], context.answers["reference"]
    db.session.add(
        Repayment(
            award_id=award.id,
            amount=amount,
            currency=award.currency,
            received_on=context.answers["day"],
            reference=reference,
            by=context.actor.person,
        )
    )
    ledger.take_in(award, amount=amount, actor=context.actor, note=reference)
    instalments.settle([award])
    money = Money(amount, award.currency)
    return Message("Unspent funds returned: %(amount)s, received on %(day)s", amount=money, day=context.answers["day"])
