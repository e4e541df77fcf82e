"""The ledger: money moves from account to account, under the fund's lock, and is never unmoved.

The moves are those of a grant's life: appropriated → available → envelope → committed → payable → in transit → paid,
and what was not used → returned.
The sign follows the destination: what an account receives is a debit, positive.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import Account, Award, Balance, Call, Entry, Fund, Posting
from workflows.roles import Actor
from workflows.say import Money, Say


class Overspent(ValueError):
    """There is not that much on the account; `reason` says how much there is."""

    def __init__(self, reason: Say) -> None:
        super().__init__(str(reason))
        self.reason = reason


def appropriate(fund: Fund, *, amount: Decimal, actor: Actor, note: str = "") -> Entry:
    """Money comes into the fund."""
    return _post("appropriate", _account(fund, "appropriated"), _account(fund, "available"), amount, actor, note=note)


def cut(call: Call, *, amount: Decimal, actor: Actor) -> Entry:
    """The fund sets money aside for a call; raises Overspent."""
    return _post("cut", _account(call.fund, "available"), _account(call.fund, "envelope", call=call), amount, actor)


def uncut(call: Call, *, amount: Decimal, actor: Actor) -> Entry:
    """What a call has not awarded goes back to the fund; raises Overspent."""
    return _post("uncut", _account(call.fund, "envelope", call=call), _account(call.fund, "available"), amount, actor)


def commit(award: Award, *, actor: Actor) -> Entry:
    """An award takes its amount from the envelope of its call; raises Overspent."""
    call = award.application.call
    return _post("award", _account(call.fund, "envelope", call=call), _of(award, "committed"), award.amount, actor)


def make_payable(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """An instalment falls due."""
    return _post("payable", _of(award, "committed"), _of(award, "payable"), amount, actor)


def release(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """A payment leaves for the bank."""
    return _post("release", _of(award, "payable"), _of(award, "in_transit"), amount, actor)


def confirm(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """The bank says that it has paid."""
    return _post("confirm", _of(award, "in_transit"), _of(award, "paid"), amount, actor)


def uncommit(award: Award, *, actor: Actor) -> Entry:
    """An award that is given up leaves its amount to the envelope of its call."""
    call = award.application.call
    return _post("terminate", _of(award, "committed"), _account(call.fund, "envelope", call=call), award.amount, actor)


def take_in(award: Award, *, amount: Decimal, actor: Actor, note: str) -> Entry:
    """Money that was paid comes back; raises Overspent for more than was paid. note: where the statement has it."""
    return _post("refund", _of(award, "paid"), _of(award, "returned"), amount, actor, note=note)


def lock(fund_id: int) -> Fund:
    """The fund, locked until the transaction ends: nothing may be summed before."""
    return db.session.scalars(
        select(Fund).where(Fund.id == fund_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _of(award: Award, kind: str) -> Account:
    return _account(award.application.call.fund, kind, call=award.application.call, award=award)


def _account(fund: Fund, kind: str, *, call: Call | None = None, award: Award | None = None) -> Account:
    lock(fund.id)
    key = {
        "kind": kind,
        "fund_id": fund.id,
        "call_id": call and call.id,
        "award_id": award and award.id,
        "currency": fund.currency,
    }
    db.session.execute(insert(Account).values(**key).on_conflict_do_nothing())
    return db.session.scalars(select(Account).filter_by(**key).execution_options(populate_existing=True)).one()


def _post(kind: str, source: Account, target: Account, amount: Decimal, actor: Actor, *, note: str = "") -> Entry:
    """Book it; raises ValueError for what is not above zero, since less than nothing would run the move backwards."""
    if amount <= 0:
        raise ValueError(f"{kind}: {amount} is not above zero")
    held = db.session.scalars(select(Balance.amount).where(Balance.account_id == source.id)).one()
    if source.kind != "appropriated" and held < amount:
        raise Overspent(Say("Only %(held)s is left of it.", held=Money(held, source.currency)))
    entry = Entry(kind=kind, by=actor.person, note=note)
    db.session.add(entry)
    db.session.flush()
    for account, signed in ((source, -amount), (target, amount)):
        db.session.add(Posting(entry_id=entry.id, account_id=account.id, amount=signed, currency=account.currency))
    db.session.flush()
    return entry
