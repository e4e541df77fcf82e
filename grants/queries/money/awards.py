"""Awards and their balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import (
    Account,
    Application,
    Award,
    Balance,
    Batch,
    Call,
    Instalment,
    Payment,
    Repayment,
    Report,
)
from grants.queries.cases.instalments import reports_of

PAGE = 25
ZERO = Decimal(0)
STAGES = {"running": ("agreement", "active"), "ended": ("closed", "terminated", "withdrawn")}


@dataclass(frozen=True, slots=True)
class Held:
    """The ledger balances of one award, in the award's currency.

    planned: committed and not yet payable. paid: everything ever paid, including what was returned later.
    """

    planned: Decimal = ZERO
    payable: Decimal = ZERO
    in_transit: Decimal = ZERO
    paid: Decimal = ZERO
    returned: Decimal = ZERO

    @property
    def award(self) -> Decimal:
        """The amount of the award in force, according to the ledger."""
        return self.planned + self.payable + self.in_transit + self.paid


def held(awards: Iterable[int]) -> dict[int, Held]:
    """The balances of these awards, by award id."""
    wanted = list(awards)
    rows = db.session.execute(
        select(Account.award_id, Account.kind, Balance.amount)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.award_id.in_(wanted))
        .order_by(Account.id)
    ).all()
    amounts: dict[int | None, dict[str, Decimal]] = defaultdict(dict)
    for award, kind, amount in rows:
        amounts[award]["planned" if kind == "committed" else kind] = amount
    for kinds in amounts.values():
        kinds["paid"] = kinds.get("paid", ZERO) + kinds.get("returned", ZERO)
    return {award: Held(**amounts[award]) for award in wanted}


def listed(
    principal: Principal, *, stage: str = "", fund: int | None = None, before: int | None = None
) -> tuple[list[Award], int | None]:
    """A page of the awards that the principal may see, newest first, and the id to request the next page with.

    stage: running, ended, or empty for all. fund: only awards paid from this fund.
    """
    wanted = select(Award).join(Application, Application.id == Award.application_id).where(visible(Award, principal))
    if stage in STAGES:
        wanted = wanted.where(Application.step.in_(STAGES[stage]))
    if fund is not None:
        wanted = wanted.where(Application.call_id.in_(select(Call.id).where(Call.fund_id == fund)))
    if before is not None:
        wanted = wanted.where(Award.id < before)
    whole = (
        wanted.order_by(Award.id.desc())
        .limit(PAGE + 1)
        .options(
            joinedload(Award.agreement),
            contains_eager(Award.application).joinedload(Application.organisation),
            contains_eager(Award.application).selectinload(Application.call),
        )
    )
    rows = list(db.session.scalars(whole))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def of(application: Application, principal: Principal) -> Award | None:
    """The award of an application, if the principal may see it."""
    return db.session.scalars(
        select(Award).where(Award.application_id == application.id, visible(Award, principal))
    ).first()


def payments(award: Award) -> dict[int, Payment]:
    """The current payment of each instalment, by instalment id; an instalment without a payment is left out."""
    rows = db.session.scalars(
        select(Payment)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .where(Instalment.award_id == award.id, ~Payment.undone)
        .order_by(Payment.id)
        .options(joinedload(Payment.batch))
    )
    return {payment.instalment_id: payment for payment in rows}


def batches(award: Award, principal: Principal) -> frozenset[int]:
    """The ids of the batches with a payment of this award that the principal may open."""
    if not principal.may(Permission.READ_BATCH):
        return frozenset()
    wanted = (
        select(Batch.id)
        .join(Payment, Payment.batch_id == Batch.id)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .where(Instalment.award_id == award.id, visible(Batch, principal))
        .order_by(Batch.id)
    )
    return frozenset(db.session.scalars(wanted))


def reports(award: Award, principal: Principal) -> list[Report]:
    """The reports of the award that the principal may read, in order."""
    return list(
        db.session.scalars(
            select(Report).where(Report.award_id == award.id, visible(Report, principal)).order_by(Report.number)
        )
    )


def due_dates(award: Award) -> list[tuple[str, date]]:
    """The title and due date of each report of the award, in order: terms that every reader of the agreement sees."""
    return [(report.title, report.due_on) for report in reports_of(frozenset({award.id}))[award.id].values()]


def repayments(award: Award) -> list[Repayment]:
    """The repayments of the award, in the order in which they were recorded."""
    return list(db.session.scalars(select(Repayment).where(Repayment.award_id == award.id).order_by(Repayment.id)))
