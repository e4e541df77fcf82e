"""Double-entry ledger. Each entry moves an amount between two accounts of one fund, which must be held.

Accounts in order: appropriated → available → envelope → committed → payable → in transit → paid → returned.
Entries are never changed or deleted; money moves back with a new entry. The account that receives an amount is
debited, with a positive sign. Any number of entries of one kind is booked in the same few statements. Commands raise
Overspent when the source account holds less than the amount, and ValueError unless the amount is above zero and in the
currency of the fund: the accounts of a fund, of its calls and of their awards all have one currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import or_, select

from grants.db import db
from grants.models import Account, Award, Balance, Call, Entry, Fund, Posting
from grants.services import locking
from grants.services.integrity import changes
from workflows.engine.message import Message, Money
from workflows.engine.roles import Actor

Share = tuple[Award, Decimal]
"""An award, and the part of it that moves."""


class Overspent(ValueError):
    """The source account holds less than the amount; `reason` is the message with the amount that it holds."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _Account(NamedTuple):
    """What identifies an account."""

    kind: str
    fund_id: int
    call_id: int | None
    award_id: int | None
    currency: str


class _Transfer(NamedTuple):
    """An amount that moves from one account to another."""

    source: _Account
    target: _Account
    amount: Decimal


def appropriate(fund: Fund, *, amount: Decimal, actor: Actor, note: str = "") -> None:
    """Book a contribution to the fund: appropriated → available. The appropriated account may be negative."""
    _book("appropriate", [_Transfer(_of(fund, "appropriated"), _of(fund, "available"), amount)], actor, note=note)


def allocate(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Allocate money to a call: available → envelope."""
    _book("cut", [_Transfer(_of(call.fund, "available"), _of(call, "envelope"), amount)], actor)


def deallocate(call: Call, *, amount: Decimal, actor: Actor) -> None:
    """Return money that a call has not awarded to the fund: envelope → available."""
    _book("uncut", [_Transfer(_of(call, "envelope"), _of(call.fund, "available"), amount)], actor)


def commit(award: Award, *, actor: Actor) -> None:
    """Commit the amount of an award: envelope → committed."""
    envelope = _of(award.application.call, "envelope")
    _book("award", [_Transfer(envelope, _of(award, "committed"), award.amount)], actor)


def make_payable(shares: Iterable[Share], *, actor: Actor) -> None:
    """Book instalments that have become payable: committed → payable."""
    _book("payable", _between("committed", "payable", shares), actor)


def release(shares: Iterable[Share], *, actor: Actor) -> None:
    """Book payments released to the bank: payable → in transit."""
    _book("release", _between("payable", "in_transit", shares), actor)


def confirm(shares: Iterable[Share], *, actor: Actor) -> None:
    """Book payments confirmed by the bank: in transit → paid."""
    _book("confirm", _between("in_transit", "paid", shares), actor)


def uncommit(award: Award, *, actor: Actor) -> None:
    """Return the whole amount of an award that ended before both signatures: committed → envelope."""
    envelope = _of(award.application.call, "envelope")
    _book("terminate", [_Transfer(_of(award, "committed"), envelope, award.amount)], actor)


def take_in(award: Award, *, amount: Decimal, actor: Actor, note: str) -> None:
    """Book unspent funds that a grantee returned: paid → returned. note: the reference on the bank statement."""
    _book("refund", _between("paid", "returned", [(award, amount)]), actor, note=note)


def _between(source: str, target: str, shares: Iterable[Share]) -> list[_Transfer]:
    return [_Transfer(_of(award, source), _of(award, target), amount) for award, amount in shares]


def _of(owner: Fund | Call | Award, kind: str) -> _Account:
    """The account of that kind of a fund, a call or an award, in the currency of its fund."""
    match owner:
        case Fund():
            fund, call, award = owner, None, None
        case Call():
            fund, call, award = owner.fund, owner.id, None
        case Award():
            fund, call, award = owner.application.call.fund, owner.application.call_id, owner.id
    if owner.currency != fund.currency:
        raise ValueError(f"{owner.__tablename__} {owner.id} is in {owner.currency}, its fund in {fund.currency}")
    locking.require(fund)
    return _Account(kind, fund.id, call, award, fund.currency)


def _book(kind: str, transfers: Sequence[_Transfer], actor: Actor, *, note: str = "") -> None:
    """Book an entry for each transfer. An amount that is not above zero is an error: it would reverse the direction."""
    if not transfers:
        return
    ids, held = _opened({account for one in transfers for account in (one.source, one.target)})
    for source, _, amount in transfers:
        if amount <= 0:
            raise ValueError(f"{kind}: {amount} must be above zero")
        if source.kind != "appropriated" and held[source] < amount:
            left = Money(held[source], source.currency)
            few = Message("Only %(held)s is available. Enter that amount or less.", held=left)
            raise Overspent(few if held[source] else Message("Only %(held)s is available.", held=left))
        held[source] -= amount
    entries = changes.add(Entry, [{"kind": kind, "by": actor.person, "note": note} for _ in transfers])
    postings = [
        {"entry_id": entry, "account_id": ids[account], "amount": signed, "currency": account.currency}
        for (entry,), (source, target, amount) in zip(entries, transfers, strict=True)
        for account, signed in ((source, -amount), (target, amount))
    ]
    changes.add(Posting, postings)


def _opened(wanted: Collection[_Account]) -> tuple[dict[_Account, int], dict[_Account, Decimal]]:
    """The id and the balance of each of these accounts; those that do not exist yet are opened."""
    key = Account.kind, Account.fund_id, Account.call_id, Account.award_id, Account.currency
    owners = [Account.award_id.in_({account.award_id for account in wanted} - {None})]
    if any(account.award_id is None for account in wanted):
        owners.append(Account.award_id.is_(None))
    found = select(Account.id, Balance.amount, *key).join(Balance, Balance.account_id == Account.id)
    found = found.where(
        Account.fund_id.in_({account.fund_id for account in wanted}),
        Account.kind.in_({account.kind for account in wanted}),
        or_(*owners),
    )
    ids, held = {}, dict.fromkeys(wanted, Decimal(0))
    for id, amount, *columns in db.session.execute(found):
        account = _Account._make(columns)
        ids[account], held[account] = id, amount
    if missing := [account._asdict() for account in wanted if account not in ids]:
        for id, *columns in changes.add(Account, missing, *key):
            ids[_Account._make(columns)] = id
    return ids, held
