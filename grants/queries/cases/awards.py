"""What is still open under an award: reports, payments and unspent funds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from grants.db import db
from grants.models import Account, Award, Balance, Instalment, Payment, Report, ReportSpending

ZERO = Decimal(0)


def loose_ends(award: Award) -> dict[str, Any]:
    """The award's number of reports not approved and instalments not paid, and its unspent funds not yet returned."""
    reports = select(func.count()).where(Report.award_id == award.id, Report.step != "approved")
    paid = select(Payment.instalment_id).where(~Payment.undone, Payment.paid_at.is_not(None))
    unpaid = select(func.count()).where(Instalment.award_id == award.id, Instalment.id.not_in(paid))
    waits = db.session.scalar(reports) or 0
    to_pay = db.session.scalar(unpaid) or 0
    unused = ZERO if waits or to_pay else max(paid_out(award) - used(award), ZERO)
    return {"reports_open": waits, "instalments_open": to_pay, "unused": unused}


def paid_out(award: Award) -> Decimal:
    """The amount paid and not returned, according to the ledger."""
    paid = select(Balance.amount).join(Account).where(Account.award_id == award.id, Account.kind == "paid")
    return db.session.scalar(paid) or ZERO


def used(award: Award) -> Decimal:
    """The amount used since the start, according to the last report."""
    last = select(func.max(Report.number)).where(Report.award_id == award.id).scalar_subquery()
    spent = (
        select(func.sum(ReportSpending.spent))
        .join(Report, Report.id == ReportSpending.report_id)
        .where(Report.award_id == award.id, Report.number == last)
    )
    return db.session.scalar(spent) or ZERO
