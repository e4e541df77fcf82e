"""Double-entry ledger. Each entry moves an amount between two accounts of one fund, which must be held.

Accounts in order: appropriated → available → envelope → committed → payable → in transit → paid → returned.
Entries are never changed or deleted; money moves back with a new entry. The account that receives an amount is
debited, with a positive sign. Commands raise Overspent when the source account holds less than the amount, and
ValueError unless the amount is above zero.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from grants.db import db
from grants.models import Account, Award, Balance, Call, Entry, Fund, Posting
from grants.services import locking
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor


class Overspent(ValueError):
    """The source account holds less than the amount; `reason` is the message with the amount that it holds."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def appropriate(fund: Fund, *, amount: Decimal, actor: Actor, note: str = "") -> Entry:
    """Book a contribution to the fund: appropriated → available. The appropriated account may be negative."""
    return _post("appropriate", _account(fund, "appropriated"), _account(fund, "available"), amount, actor, note=note)


def allocate(call: Call, *, amount: Decimal, actor: Actor) -> Entry:
    """Allocate money to a call: available → envelope."""
    return _post("cut", _account(call.fund, "available"), _account(call.fund, "envelope", call=call), amount, actor)


def deallocate(call: Call, *, amount: Decimal, actor: Actor) -> Entry:
    """Return money that a call has not awarded to the fund: envelope → available."""
    return _post("uncut", _account(call.fund, "envelope", call=call), _account(call.fund, "available"), amount, actor)


def commit(award: Award, *, actor: Actor) -> Entry:
    """Commit the amount of an award: envelope → committed."""
    call = award.application.call
    return _post("award", _account(call.fund, "envelope", call=call), _of(award, "committed"), award.amount, actor)


def make_payable(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """Book an instalment that has become payable: committed → payable."""
    return _post("payable", _of(award, "committed"), _of(award, "payable"), amount, actor)


def release(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """Book a payment released to the bank: payable → in transit."""
    return _post("release", _of(award, "payable"), _of(award, "in_transit"), amount, actor)


def confirm(award: Award, *, amount: Decimal, actor: Actor) -> Entry:
    """Book a payment confirmed by the bank: in transit → paid."""
    return _post("confirm", _of(award, "in_transit"), _of(award, "paid"), amount, actor)


def uncommit(award: Award, *, actor: Actor) -> Entry:
    """Return the whole amount of an award that ended before both signatures: committed → envelope."""
    call = award.application.call
    return _post("terminate", _of(award, "committed"), _account(call.fund, "envelope", call=call), award.amount, actor)


def take_in(award: Award, *, amount: Decimal, actor: Actor, note: str) -> Entry:
    """Book unspent funds that a grantee returned: paid → returned. note: the reference on the bank statement."""
    return _post("refund", _of(award, "paid"), _of(award, "returned"), amount, actor, note=note)


def _of(award: Award, kind: str) -> Account:
    return _account(award.application.call.fund, kind, call=award.application.call, award=award)


def _account(fund: Fund, kind: str, *, call: Call | None = None, award: Award | None = None) -> Account:
    locking.require(fund)
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
    """Book an entry. An amount that is not above zero is an error: a negative one would reverse the direction."""
    if amount <= 0:
        raise ValueError(f"{kind}: {amount} must be above zero")
    held = db.session.scalars(select(Balance.amount).where(Balance.account_id == source.id)).one()
    if source.kind != "appropriated" and held < amount:
        raise Overspent(Message("Only %(held)s is available.", held=Money(held, source.currency)))
    entry = Entry(kind=kind, by=actor.person, note=note)
    db.session.add(entry)
    db.session.flush()
    for account, signed in ((source, -amount), (target, amount)):
        db.session.add(Posting(entry_id=entry.id, account_id=account.id, amount=signed, currency=account.currency))
    db.session.flush()
    return entry
