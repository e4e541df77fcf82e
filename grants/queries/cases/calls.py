"""The facts about a call."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import Select, func, select
from sqlalchemy.orm.attributes import set_committed_value

from grants.db import cached_for_page, db
from grants.models import Account, Balance, Call, Fund, MoreTime
from grants.queries.applications import involvements
from workflows import cases
from workflows.apportionment import least

ZERO = Decimal(0)


def case(call: Call, arrived_at: datetime) -> cases.CallCase:
    """The case of a call, with its envelope and those who have applied to it in one query."""
    applied = func.array(involvements.applied(call).scalar_subquery()).label("applied")
    found = db.session.execute(_envelope(call).add_columns(applied)).first()
    return cases.CallCase(
        step=call.step,
        arrived_at=arrived_at,
        closes_at=call.closes_at,
        envelope_left=_left(call, found),
        involvements=cases.Involvements(rivals=frozenset(found.applied if found else ())),
    )


def more_time(call_id: int, organisation_id: int) -> datetime | None:
    """The latest deadline that was given to this applicant alone; None without one."""
    given = select(func.max(MoreTime.until)).where(
        MoreTime.call_id == call_id, MoreTime.organisation_id == organisation_id
    )
    return db.session.scalar(given)


def round_of(call: Call, left: Decimal | None = None) -> cases.Round:
    """The facts about a call. left: the amount that it has left to award, if it was read already."""
    return cases.Round(
        title=call.title,
        step=call.step,
        currency=call.currency,
        most=call.data.most,
        months_most=call.data.months_most,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        envelope_left=envelope_left(call) if left is None else left,
        least=least([plan.percent for plan in call.data.instalments], get_currency_precision(call.currency)),
        rules=call.data.rules,
        clock=call.data.clock,
    )


@cached_for_page
def envelope_left(call: Call) -> Decimal:
    """The amount that the call has left to award, in its currency. The fund is read with it, for the call's page."""
    return _left(call, db.session.execute(_envelope(call)).first())


def _envelope(call: Call) -> Select[Decimal, Fund]:
    return (
        select(Balance.amount, Fund)
        .join(Account, Account.id == Balance.account_id)
        .join(Fund, Fund.id == Account.fund_id)
        .where(Account.call_id == call.id, Account.kind == "envelope")
    )


def _left(call: Call, found: Any) -> Decimal:
    """The amount in a row of `_envelope`; zero without one, before money is allocated and the call can open."""
    if found is None:
        return ZERO
    set_committed_value(call, "fund", found[1])
    amount: Decimal = found[0]
    return amount
