"""What is still open under an award: reports, payments and unspent funds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select

from grants.db import cached_for_page, db
from grants.models import Account, Award, Balance, Instalment, Payment, Report, ReportSpending

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """What is open under an award.

    reports_open: reports not approved. instalments_open: instalments not paid. paid: paid and not returned, according
    to the ledger. used: used since the start, according to the last report.
    """

    reports_open: int
    instalments_open: int
    paid: Decimal
    used: Decimal

    @property
    def unused(self) -> Decimal:
        """The unspent funds not yet returned, once everything is reported and paid."""
        return ZERO if self.reports_open or self.instalments_open else max(self.paid - self.used, ZERO)

    @property
    def tied(self) -> bool:
        """Whether nothing is open, so that the grant can be closed."""
        return not (self.reports_open or self.instalments_open or self.unused)


@cached_for_page
def loose_ends(award: Award) -> LooseEnds:
    """What is open under one award."""
    return loose_ends_of([award.id])[award.id]


def loose_ends_of(awards: Collection[int]) -> dict[int, LooseEnds]:
    """What is open under each of these awards, by award id, in one query; each payment is found by its instalment."""
    rows = db.session.execute(ENDS, {"awards": list(awards)})
    return {id: LooseEnds(*found) for id, *found in rows}


def used(award: Award) -> Decimal:
    """The amount used since the start, according to the last report."""
    return loose_ends(award).used


def _used() -> Select[Decimal | None]:
    """The sum of the spending in the last report of the award of the enclosing query, in the award's currency."""
    last = select(Report.id).where(Report.award_id == Award.id).order_by(Report.number.desc()).limit(1).correlate(Award)
    return select(func.sum(ReportSpending.spent)).where(ReportSpending.report_id == last.scalar_subquery())


def columns() -> tuple[ColumnElement[Any], ...]:
    """The fields of LooseEnds, as columns of a query over awards; each payment is found by its instalment."""
    paid_for = exists().where(Payment.instalment_id == Instalment.id, ~Payment.undone, Payment.paid_at.is_not(None))
    reports = select(func.count()).where(Report.award_id == Award.id, Report.step != "approved")
    unpaid = select(func.count()).where(Instalment.award_id == Award.id, ~paid_for)
    paid = select(Balance.amount).join(Account).where(Account.award_id == Award.id, Account.kind == "paid")
    return (
        reports.scalar_subquery(),
        unpaid.scalar_subquery(),
        func.coalesce(paid.scalar_subquery(), ZERO),
        func.coalesce(_used().scalar_subquery(), ZERO),
    )


ENDS = select(Award.id, *columns()).where(Award.id.in_(bindparam("awards", expanding=True))).order_by(Award.id)
"""What is open under awards. It is composed once, because building it takes longer than running it."""
