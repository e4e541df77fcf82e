"""Payment batches: prepare, approve, release, confirm, cancel.

The flow and a database constraint require three different people to prepare, approve and release a batch.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Award, Batch, Call, Fund, Instalment, Payment
from grants.services import locking, numbering, updates
from grants.services.effects import Context
from grants.services.integrity import history
from grants.services.money import instalments, ledger
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def prepare(*, fund: Fund, instalments: Sequence[int], actor: Actor) -> Batch:
    """Create a batch with one payment for each instalment, and its first history event.

    instalments: ids, all of this fund. Raises Refused when none is given, one is not of this fund, not payable, or
    already in a batch, and for a person involved on the side of an applicant of its call.
    """
    rows = _of_fund(fund, instalments)
    locking.hold(fund, *rows, actor=actor)
    if not rows or len(rows) != len(set(instalments)):
        raise Refused(Message("Select at least one payable instalment of this fund."))
    taken = set(
        db.session.scalars(select(Payment.instalment_id).where(Payment.instalment_id.in_(instalments), ~Payment.undone))
    )
    if late := [row for row in rows if row.step != "payable" or row.id in taken]:
        raise Refused(
            *(
                Message(
                    "%(number)s, instalment %(share)s: it is not payable, or it is already in a batch.",
                    number=r.award.number,
                    share=r.number,
                )
                for r in late
            )
        )
    batch = Batch(number=numbering.draw("B")[0], fund=fund, prepared_by=actor.person, step="prepared")
    batch.payments = [Payment(instalment=row, amount=row.amount, currency=row.award.currency) for row in rows]
    db.session.add(batch)
    db.session.flush()
    history.begin(batch, actor=actor, message=_prepared_with(len(rows)))
    return batch


def _of_fund(fund: Fund, instalments: Sequence[int]) -> list[Instalment]:
    """Those of the instalments that calls of this fund pay, by id."""
    return list(
        db.session.scalars(
            select(Instalment)
            .join(Award, Award.id == Instalment.award_id)
            .join(Application, Application.id == Award.application_id)
            .join(Call, Call.id == Application.call_id)
            .where(Instalment.id.in_(instalments), Call.fund_id == fund.id)
            .order_by(Instalment.id)
        )
    )


def _prepared_with(count: int) -> Message:
    return Message.counted("Batch prepared with %(n)s payment", "Batch prepared with %(n)s payments", n=count)


def approve(batch: Batch, context: Context) -> None:
    """Record who approved the batch, and when."""
    batch.approved_by, batch.approved_at = context.actor.person, now()
    db.session.flush()


def undo(batch: Batch, context: Context) -> None:
    """Cancel the batch's payments; its instalments can go into another batch."""
    for payment in batch.payments:
        payment.undone = True
    updates.store(batch.payments)


def release(batch: Batch, context: Context) -> None:
    """Record who released the batch, and book its payments from payable to in transit."""
    batch.released_by, batch.released_at = context.actor.person, now()
    ledger.release(_shares(_paid(batch)), actor=context.actor)


def confirm(batch: Batch, context: Context) -> None:
    """Record that the bank has paid: set the payment times and book the payments from in transit to paid.

    Then update, for each award, whether the grant can be closed.
    """
    payments, paid_at = _paid(batch), now()
    for payment in payments:
        payment.paid_at = paid_at
    updates.store(payments)
    ledger.confirm(_shares(payments), actor=context.actor)
    instalments.settle(list(dict.fromkeys(payment.instalment.award for payment in payments)))


def _paid(batch: Batch) -> list[Payment]:
    """The payments that are not cancelled, ordered by award and instalment."""
    return sorted((p for p in batch.payments if not p.undone), key=lambda p: (p.instalment.award_id, p.instalment_id))


def _shares(payments: Sequence[Payment]) -> list[ledger.Share]:
    return [(payment.instalment.award, payment.amount) for payment in payments]
