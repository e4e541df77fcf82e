"""Batches: prepared, approved, released by three people, then confirmed by the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from grants.db import db, now
from grants.models import Application, Award, Batch, Call, Fund, Instalment, Payment
from grants.services import instalments, ledger, moves, numbers
from workflows.roles import Actor
from workflows.say import Say, Value


def prepare(*, fund: Fund, instalments: Sequence[int], actor: Actor) -> Batch:
    """Put payable instalments of one fund into a batch; raises Refused for one not payable, or in a batch already."""
    rows = list(
        db.session.scalars(
            select(Instalment)
            .join(Award, Award.id == Instalment.award_id)
            .join(Application, Application.id == Award.application_id)
            .join(Call, Call.id == Application.call_id)
            .where(Instalment.id.in_(instalments), Call.fund_id == fund.id)
            .order_by(Instalment.id)
            .with_for_update(of=Instalment)
        )
    )
    if not rows or len(rows) != len(set(instalments)):
        raise moves.Refused(Say("Choose at least one payable instalment of this fund."))
    taken = set(
        db.session.scalars(select(Payment.instalment_id).where(Payment.instalment_id.in_(instalments), ~Payment.undone))
    )
    if late := [row for row in rows if row.step != "payable" or row.id in taken]:
        raise moves.Refused(
            *(
                Say("%(number)s / %(share)s is not payable any more.", number=r.award.number, share=r.number)
                for r in late
            )
        )
    batch = Batch(number=numbers.take("B"), fund=fund, prepared_by=actor.person, step="prepared")
    batch.payments = [Payment(instalment=row, amount=row.amount, currency=row.award.currency) for row in rows]
    db.session.add(batch)
    db.session.flush()
    moves.begin(batch, actor=actor, say=Say("Prepared; payments in it: %(count)s", count=len(rows)))
    return batch


@moves.deed("batches.approve")
def approve(batch: Batch, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """A second person stands for sum and count."""
    batch.approved_by, batch.approved_at = actor.person, now()
    db.session.flush()


@moves.deed("batches.undo")
def undo(batch: Batch, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """Its instalments are payable again."""
    for payment in batch.payments:
        payment.undone = True
    db.session.flush()


@moves.deed("batches.release")
def release(batch: Batch, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> None:
    """A third person lets the money go."""
    batch.released_by, batch.released_at = actor.person, now()
    for payment in _paid(batch):
        ledger.release(payment.instalment.award, amount=payment.amount, actor=actor)


@moves.deed("batches.confirm")
def confirm(batch: Batch, *, actor: Actor, answers: Mapping[str, Any], case: Any) -> dict[str, Value]:
    """The bank has paid."""
    payments = _paid(batch)
    for payment in payments:
        payment.paid_at = now()
        ledger.confirm(payment.instalment.award, amount=payment.amount, actor=actor)
    for award in dict.fromkeys(payment.instalment.award for payment in payments):
        instalments.settle(award)
    return {}


def _paid(batch: Batch) -> list[Payment]:
    """Its payments in the order of awards, so that two batches never wait for each other."""
    return sorted((p for p in batch.payments if not p.undone), key=lambda p: (p.instalment.award_id, p.instalment_id))
