"""The double-entry, append-only ledger. Database triggers maintain the balances, under the lock of the fund."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Amount, Key, Model, Stamp

KINDS = ("appropriated", "available", "envelope", "committed", "payable", "in_transit", "paid", "returned")
BOUNDED = ("available", "envelope", "committed", "payable", "in_transit")


class Account(Model):
    """A ledger account of a fund, a call or an award."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("kind", "fund_id", "call_id", "award_id", "currency", postgresql_nulls_not_distinct=True),
        CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    currency: Mapped[str]

    balance: Mapped[Balance] = relationship(back_populates="account", lazy="joined", viewonly=True)


class Balance(Model):
    """The balance of an account. Only the database trigger writes it, and a CHECK refuses negative amounts."""

    __tablename__ = "balance"
    __table_args__ = (CheckConstraint(f"kind NOT IN {BOUNDED} OR amount >= 0", name="never_below_zero"),)
    visibility = SYSTEM

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str]
    amount: Mapped[Amount]

    account: Mapped[Account] = relationship(back_populates="balance", viewonly=True)


class Total(Model):
    """The sum of all accounts of one kind in one call or, without a call, of the fund itself.

    The database trigger updates it with each posting, under the same lock, so that the sum over all awards is one row.
    """

    __tablename__ = "total"
    __table_args__ = (UniqueConstraint("fund_id", "kind", "call_id", "currency", postgresql_nulls_not_distinct=True),)
    visibility = SYSTEM

    id: Mapped[Key]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    kind: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    currency: Mapped[str]
    amount: Mapped[Amount]


class Entry(Model):
    """One ledger entry. Its postings must be written in the same transaction, and bear the same stamp."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("id", "stamp"),)
    visibility = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    at: Mapped[Stamp]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(server_default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    stamp: Mapped[str] = mapped_column(FetchedValue())


class Posting(Model):
    """A signed amount posted to an account; a debit is positive."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(["entry_id", "stamp"], ["entry.id", "entry.stamp"]),
        CheckConstraint("amount <> 0", name="moves_something"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount: Mapped[Amount]
    currency: Mapped[str]
    stamp: Mapped[str] = mapped_column(FetchedValue())
