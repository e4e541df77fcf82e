"""Money moves from account to account, and the ledger says where it is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from grants.db import db, transaction
from grants.models import Account, Award, Balance, Call, Entry, Posting
from grants.services import calls
from grants.services.refusals import Refused
from tests import world
from tests.money.conftest import Copies
from tests.world import found
from workflows.engine.roles import Role


def balances() -> dict[str, Decimal]:
    """The balance of each kind of account."""
    rows = db.session.query(Account.kind, db.func.sum(Balance.amount)).join(Balance).group_by(Account.kind)
    return {kind: amount for kind, amount in rows if amount}


def test_the_money_of_a_grant_ends_as_paid(copies: Copies, due: str) -> None:
    with copies(due) as app, app.app_context():
        award = db.session.query(Award).one()
        before = balances()
        world.paid(found(), award)
        after = balances()

        payable = before["payable"]
        assert before["committed"] + payable == award.amount
        assert after == {**{k: v for k, v in before.items() if k != "payable"}, "paid": payable}
        assert sum(after.values()) == 0


def test_every_entry_has_two_sides(copies: Copies, due: str) -> None:
    with copies(due) as app, app.app_context():
        world.paid(found(), db.session.query(Award).one())

        sides = (
            db.session.query(Posting.entry_id, db.func.count(), db.func.sum(Posting.amount))
            .group_by(Posting.entry_id)
            .all()
        )

        assert {(count, total) for _, count, total in sides} == {(2, Decimal(0))}
        assert len(sides) == db.session.query(Entry).count()


def test_a_fund_cannot_allocate_more_than_it_has(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        call, actor = db.session.query(Call).one(), found().actor("fay", Role.FINANCE)
        before = balances()

        with pytest.raises(Refused, match="Only USD 900000"), transaction():
            calls.fund(call, amount=before["available"] + 1, actor=actor)

        assert balances() == before


def test_a_fund_can_be_allocated_completely(awarded_app: Flask) -> None:
    with awarded_app.app_context():
        call, actor = db.session.query(Call).one(), found().actor("fay", Role.FINANCE)

        with transaction():
            calls.fund(call, amount=balances()["available"], actor=actor)

        assert "available" not in balances()


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-5)])
def test_zero_and_negative_amounts_are_refused(awarded_app: Flask, amount: Decimal) -> None:
    with awarded_app.app_context():
        call, actor = db.session.query(Call).one(), found().actor("fay", Role.FINANCE)
        before = balances()

        with pytest.raises(ValueError, match="must be above zero"), transaction():
            calls.fund(call, amount=amount, actor=actor)

        assert balances() == before
