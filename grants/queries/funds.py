"""Funds, and where their money stands. Sums of money are the same for everybody who may read a fund."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from grants.access import Who, seen
from grants.db import db
from grants.models import Call, Fund, Total

MOST = 200
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the money of a fund or of a call's envelope stands, in its currency.

    available: not yet set aside for a call; envelope: set aside and not yet awarded; planned: awarded and not payable;
    paid: all that ever was, also what is returned of it.
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
        """Everything promised to awards in force."""
        return self.planned + self.payable + self.in_transit + self.paid

    @property
    def whole(self) -> Decimal:
        """All of it: what came in, or what was cut for the call."""
        return self.available + self.envelope + self.awarded


def listed(who: Who) -> list[Fund]:
    """The funds somebody may see, newest year first, two hundred at most."""
    return list(
        db.session.scalars(select(Fund).where(seen(Fund, who)).order_by(Fund.year.desc(), Fund.id.desc()).limit(MOST))
    )


def stands(funds: Iterable[int]) -> dict[int, Stand]:
    """Where the money of these funds stands, by fund."""
    wanted = list(funds)
    found = _sums(Total.fund_id, Total.fund_id.in_(wanted))
    return {fund: found.get(fund, Stand()) for fund in wanted}


def divided(fund: Fund) -> tuple[Stand, list[tuple[Call, Stand]]]:
    """Where the fund's money stands, whole and for each call that it pays, newest first, two hundred at most.

    A call in preparation is among them: finance gives it money before anybody else may see it. Two queries.
    """
    rows = list(db.session.scalars(select(Call).where(Call.fund_id == fund.id).order_by(Call.id.desc()).limit(MOST)))
    found = _sums(Total.call_id, Total.fund_id == fund.id)
    whole = Stand(*(sum(parts, ZERO) for parts in zip(*map(astuple, found.values()), strict=True)))
    return whole, [(call, found.get(call.id, Stand())) for call in rows]


def calls(fund: Fund) -> list[tuple[Call, Stand]]:
    """The calls that the fund pays, each with where its envelope stands."""
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
