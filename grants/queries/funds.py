"""Funds and their balances.

A reader whose roles do not cover everything gets the figures of the calls that they cover, and only of those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from grants.access.permissions import Permission
from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import Side, db
from grants.models import Call, Fund, Total

MOST = 200
ZERO = Decimal(0)
STAFF = (Side.OFFICE, Side.FINANCE)


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


def entire(principal: Principal) -> bool:
    """Whether the principal may see the figures of whole funds, not only those of some calls."""
    return principal.unlimited(Permission.READ_FUND)


def _shown(principal: Principal) -> ColumnElement[bool]:
    """The sums that the principal may see: with those of the fund itself, or only those of the calls they cover."""
    if entire(principal):
        return true()
    return Total.call_id.in_(select(Call.id).where(visible(Call, principal, STAFF)))


def stands(funds: Iterable[int], principal: Principal) -> dict[int, Stand]:
    """The balances of these funds, by fund id, as far as the principal may see them."""
    wanted = list(funds)
    found = _sums(Total.fund_id, Total.fund_id.in_(wanted) & _shown(principal))
    return {fund: found.get(fund, Stand()) for fund in wanted}


def divided(fund: Fund, principal: Principal) -> tuple[Stand, list[tuple[Call, Stand]]]:
    """The balances of the fund in total and for each of its calls, newest first, at most two hundred.

    Only calls that the principal covers in a role at the Foundation, those in preparation included. Two queries.
    """
    rows = _calls(fund, principal, STAFF)
    found = _sums(Total.call_id, (Total.fund_id == fund.id) & _shown(principal))
    whole = Stand(*(sum(parts, ZERO) for parts in zip(*map(astuple, found.values()), strict=True)))
    return whole, [(call, found.get(call.id, Stand())) for call in rows]


def fundable(fund: Fund, principal: Principal) -> list[Call]:
    """The calls of the fund to which the principal may allocate its money, newest first, at most two hundred."""
    return _calls(fund, principal, (Side.FINANCE,))


def _calls(fund: Fund, principal: Principal, sides: Iterable[Side]) -> list[Call]:
    wanted = select(Call).where(Call.fund_id == fund.id, visible(Call, principal, sides))
    return list(db.session.scalars(wanted.order_by(Call.id.desc()).limit(MOST)))


def _sums(column: InstrumentedAttribute[Any], narrowed: ColumnElement[bool]) -> dict[int | None, Stand]:
    """The balances by this column, which names a fund or a call: all accounts of either have one currency."""
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
