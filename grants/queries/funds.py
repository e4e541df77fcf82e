"""Funds and their balances. Sums are the same for everyone who may read a fund."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Call, Fund, Total

MOST = 200
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stand:
    """The balances of a fund or of a call's envelope, in its currency.

    available: not yet allocated to a call. envelope: allocated and not yet awarded. planned: awarded and not yet
    payable. paid: everything ever paid, including what was returned later.
    """

    available: Decimal = ZERO
    envelope: Decimal = ZERO
    planned: Decimal = ZERO
    payable: Decimal = ZERO
    in_transit: Decimal = ZERO
    paid: Decimal = ZERO
    returned: Decimal = ZERO

    @property
    def awarded(self) -> Decimal:
        """The total of the awards in force."""
        return self.planned + self.payable + self.in_transit + self.paid

    @property
    def whole(self) -> Decimal:
        """The whole amount: all contributions to a fund, or the envelope set for a call."""
        return self.available + self.envelope + self.awarded


def listed(principal: Principal) -> list[Fund]:
    """The funds that the principal may see, newest year first, at most two hundred."""
    return list(
        db.session.scalars(
            select(Fund).where(visible(Fund, principal)).order_by(Fund.year.desc(), Fund.id.desc()).limit(MOST)
        )
    )


def stands(funds: Iterable[int]) -> dict[int, Stand]:
    """The balances of these funds, by fund id."""
    wanted = list(funds)
    found = _sums(Total.fund_id, Total.fund_id.in_(wanted))
    return {fund: found.get(fund, Stand()) for fund in wanted}


def divided(fund: Fund) -> tuple[Stand, list[tuple[Call, Stand]]]:
    """The balances of the fund in total and for each of its calls, newest first, at most two hundred.

    Calls in preparation are included: finance allocates money to them before anyone else may see them. Two queries.
    """
    rows = list(db.session.scalars(select(Call).where(Call.fund_id == fund.id).order_by(Call.id.desc()).limit(MOST)))
    found = _sums(Total.call_id, Total.fund_id == fund.id)
    whole = Stand(*(sum(parts, ZERO) for parts in zip(*map(astuple, found.values()), strict=True)))
    return whole, [(call, found.get(call.id, Stand())) for call in rows]


def calls(fund: Fund) -> list[tuple[Call, Stand]]:
    """The calls paid from the fund, each with the balances of its envelope."""
    return divided(fund)[1]


def _sums(column: InstrumentedAttribute[Any], narrowed: ColumnElement[bool]) -> dict[int | None, Stand]:
    rows = db.session.execute(
        select(column, Total.kind, func.sum(Total.amount))
        .where(narrowed, Total.kind != "appropriated")
        .group_by(column, Total.kind)
        .order_by(column, Total.kind)
    )
    amounts: dict[int | None, dict[str, Decimal]] = defaultdict(dict)
    for owner, kind, amount in rows:
        amounts[owner]["planned" if kind == "committed" else kind] = amount
    for kinds in amounts.values():
        kinds["paid"] = kinds.get("paid", ZERO) + kinds.get("returned", ZERO)
    return {owner: Stand(**kinds) for owner, kinds in amounts.items()}
