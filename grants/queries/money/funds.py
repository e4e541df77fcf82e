"""Funds and their balances.

A reader whose roles do not cover everything gets the figures of the calls that they cover, and only of those. Where an
application is hidden from the reader, what was contributed and allocated is shown, but not how much of it was awarded.
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
from grants.queries import withheld

MOST = 200
ZERO = Decimal(0)
STAFF = (Side.OFFICE, Side.FINANCE)


@dataclass(frozen=True, slots=True)
class Use:
    """What became of allocated money.

    envelope: not yet awarded. planned: awarded and not yet payable. paid: everything ever paid, including what was
    returned later.
    """

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


@dataclass(frozen=True, slots=True)
class Stand:
    """The balances of a fund or of a call's envelope, in its currency.

    available: not yet allocated to a call. allocated: to calls, awarded or not. use: what became of the allocated
    money; None where this is withheld from the reader.
    """

    available: Decimal
    allocated: Decimal
    use: Use | None

    @property
    def received(self) -> Decimal:
        """All contributions to a fund."""
        return self.available + self.allocated


Part = tuple[Decimal, Use]
"""What is available, and what became of what was allocated."""
NONE: Part = (ZERO, Use())


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
    wanted, apart = list(funds), withheld.of(principal).funds
    found = _sums(Total.fund_id, Total.fund_id.in_(wanted) & _shown(principal))
    return {fund: _stand([found.get(fund, NONE)], shown=fund not in apart) for fund in wanted}


def divided(fund: Fund, principal: Principal) -> tuple[Stand, list[tuple[Call, Stand]]]:
    """The balances of the fund in total and for each of its calls, newest first, at most two hundred.

    Only calls that the principal covers in a role at the Foundation, those in preparation included. Two queries, and
    one for a reader from whom applications may be hidden.
    """
    rows, apart = _calls(fund, principal, STAFF), withheld.of(principal).calls
    found = _sums(Total.call_id, (Total.fund_id == fund.id) & _shown(principal))
    whole = _stand(found.values(), shown=apart.isdisjoint(found))
    return whole, [(call, _stand([found.get(call.id, NONE)], shown=call.id not in apart)) for call in rows]


def _stand(parts: Iterable[Part], *, shown: bool) -> Stand:
    """The sum of these balances. shown: whether the reader may know what became of the allocated money."""
    found = list(parts)
    use = Use(*(sum(amounts, ZERO) for amounts in zip(*(astuple(one) for _, one in found), strict=True)))
    available = sum((amount for amount, _ in found), ZERO)
    return Stand(available, use.envelope + use.awarded, use if shown else None)


def fundable(fund: Fund, principal: Principal) -> list[Call]:
    """The calls of the fund to which the principal may allocate its money, newest first, at most two hundred."""
    return _calls(fund, principal, (Side.FINANCE,))


def _calls(fund: Fund, principal: Principal, sides: Iterable[Side]) -> list[Call]:
    wanted = select(Call).where(Call.fund_id == fund.id, visible(Call, principal, sides))
    return list(db.session.scalars(wanted.order_by(Call.id.desc()).limit(MOST)))


def _sums(column: InstrumentedAttribute[Any], narrowed: ColumnElement[bool]) -> dict[int | None, Part]:
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
    return {owner: (kinds.pop("available", ZERO), Use(**kinds)) for owner, kinds in amounts.items()}
