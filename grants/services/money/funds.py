"""Funds: contributions received."""

from __future__ import annotations

from decimal import Decimal

from grants.db import db
from grants.models import Fund
from grants.services import locking
from grants.services.authority import Place
from grants.services.integrity import history
from grants.services.money import ledger
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor

EVERYTHING = Place()
"""A contribution belongs to no call yet, so only a role without a limit books it."""


def receive(*, title: str, year: int, currency: str, amount: Decimal, source: str, actor: Actor) -> Fund:
    """Create a fund with its first contribution. The transaction raises ConstraintViolated when the title is taken."""
    fund = Fund(title=title, year=year, currency=currency, source=source)
    db.session.add(fund)
    db.session.flush()
    add(fund, amount=amount, source=source, actor=actor)
    return fund


def add(fund: Fund, *, amount: Decimal, source: str, actor: Actor) -> None:
    """Book a contribution to the fund, and record it in history. Raises ValueError unless the amount is above zero."""
    locking.hold(fund, actor=actor, place=EVERYTHING)
    ledger.appropriate(fund, amount=amount, actor=actor, note=source)
    record(
        fund,
        actor=actor,
        key="receive",
        message=Message("Contribution of %(amount)s received", amount=Money(amount, fund.currency)),
    )


def record(fund: Fund, *, actor: Actor, key: str, message: Message) -> None:
    """Add an event to the history of the fund."""
    history.record(history.About("fund", fund.id, "fund", fund.id), actor=actor, key=key, message=message)
