"""Batches of payments, and the instalments waiting for a batch."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import joinedload

from grants.access.principals import Principal
from grants.access.visibility import impartial, visible
from grants.db import Side, db
from grants.models import Application, Award, Batch, Call, Fund, Instalment, Payment, Person

PAGE = 25
MOST = 500
OPEN = ("prepared", "approved", "released")


def listed(
    principal: Principal, *, ended: bool = False, before: int | None = None
) -> tuple[list[tuple[Batch, int, Decimal]], int | None]:
    """A page of the batches that the principal may see, newest first, each with the number and sum of its payments.

    The payments of a batch are in the currency of its fund.
    """
    own = Payment.batch_id == Batch.id
    count, total = (
        select(func.count()).where(own).scalar_subquery(),
        select(func.sum(Payment.amount)).where(own).scalar_subquery(),
    )
    wanted = select(Batch, count, total).where(
        visible(Batch, principal), Batch.step.not_in(OPEN) if ended else Batch.step.in_(OPEN)
    )
    if before is not None:
        wanted = wanted.where(Batch.id < before)
    found = db.session.execute(wanted.order_by(Batch.id.desc()).limit(PAGE + 1).options(joinedload(Batch.fund))).all()
    rows = [(batch, count, total) for batch, count, total in found]
    return rows[:PAGE], rows[PAGE - 1][0].id if len(rows) > PAGE else None


def funds_to_pay(principal: Principal) -> list[tuple[Fund, int, Decimal]]:
    """Funds with payable instalments that are not in a batch, each with number and sum, in the fund's currency."""
    wanted = (
        select(Fund, func.count(), func.sum(Instalment.amount))
        .join(Call, Call.fund_id == Fund.id)
        .join(Application, Application.call_id == Call.id)
        .join(Award, Award.application_id == Application.id)
        .join(Instalment, Instalment.award_id == Award.id)
        .where(*waiting(principal))
        .group_by(Fund.id)
        .order_by(Fund.id)
        .limit(MOST)
    )
    return [(fund, count, total) for fund, count, total in db.session.execute(wanted)]


def payable(fund: Fund, principal: Principal) -> list[Instalment]:
    """The payable instalments of a fund that are not in a batch, longest waiting first, at most five hundred."""
    wanted = (
        select(Instalment)
        .join(Award, Award.id == Instalment.award_id)
        .join(Application, Application.id == Award.application_id)
        .join(Call, Call.id == Application.call_id)
        .where(Call.fund_id == fund.id, *waiting(principal))
        .order_by(Instalment.step_at, Instalment.id)
        .limit(MOST)
        .options(joinedload(Instalment.award).joinedload(Award.application).joinedload(Application.organisation))
    )
    return list(db.session.scalars(wanted))


def visible_among(instalments: list[int], principal: Principal) -> list[int]:
    """Those of these instalments that a finance officer may see, in order."""
    wanted = (
        select(Instalment.id)
        .where(Instalment.id.in_(instalments), visible(Instalment, principal, (Side.FINANCE,)))
        .order_by(Instalment.id)
    )
    return list(db.session.scalars(wanted))


def waiting(principal: Principal) -> tuple[ColumnExpressionArgument[bool], ...]:
    """Conditions for an instalment that waits for a batch and is theirs to pay, for a select that joins Application."""
    return Instalment.waits, visible(Application, principal, (Side.FINANCE,)), impartial(principal)


def payments(batch: Batch) -> list[Payment]:
    """The payments of a batch with award and payee, in the order in which they were added."""
    wanted = (
        select(Payment)
        .where(Payment.batch_id == batch.id)
        .order_by(Payment.id)
        .options(
            joinedload(Payment.instalment)
            .joinedload(Instalment.award)
            .joinedload(Award.application)
            .joinedload(Application.organisation)
        )
    )
    return list(db.session.scalars(wanted))


def people(batch: Batch) -> dict[int, Person]:
    """The people who prepared, approved and released the batch, by id."""
    ids = [id for id in (batch.prepared_by, batch.approved_by, batch.released_by) if id is not None]
    return {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    }
