"""Double entry, append-only. Balances are kept by the database itself, under the fund's lock."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Amount, Key, Model, Stamp

KINDS = ("appropriated", "available", "envelope", "committed", "payable", "in_transit", "paid", "returned")
BOUNDED = ("available", "envelope", "committed", "payable", "in_transit")


class Account(Model):
    """Where money stands: per fund, per call, per award."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("kind", "fund_id", "call_id", "award_id", "currency", postgresql_nulls_not_distinct=True),
        CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
    )
    seen = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    currency: Mapped[str]

    balance: Mapped[Balance] = relationship(back_populates="account", lazy="joined", viewonly=True)


class Balance(Model):
    """What an account holds. Only the database's trigger writes it, and a CHECK refuses less than nothing."""

    __tablename__ = "balance"
    __table_args__ = (CheckConstraint(f"kind NOT IN {BOUNDED} OR amount >= 0", name="never_below_zero"),)
    seen = SYSTEM

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str]
    amount: Mapped[Amount]

    account: Mapped[Account] = relationship(back_populates="balance", viewonly=True)


class Total(Model):
    """What all accounts of one kind hold together, of one call or, without a call, of the fund itself.

    Written by the database's trigger with each posting, under the same lock: a sum over every award is one row.
    """

    __tablename__ = "total"
    __table_args__ = (UniqueConstraint("fund_id", "kind", "call_id", "currency", postgresql_nulls_not_distinct=True),)
    seen = SYSTEM

    id: Mapped[Key]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    kind: Mapped[str]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    currency: Mapped[str]
    amount: Mapped[Amount]


class Entry(Model):
    """One booking: what, when, by whom. Its postings join in the same transaction or never."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("id", "xact"),)
    seen = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    at: Mapped[Stamp]
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(server_default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    xact: Mapped[int] = mapped_column(BigInteger, FetchedValue())


class Posting(Model):
    """A signed amount on an account; debit is positive."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(["entry_id", "xact"], ["entry.id", "entry.xact"]),
        CheckConstraint("amount <> 0", name="moves_something"),
    )
    seen = SYSTEM

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount: Mapped[Amount]
    currency: Mapped[str]
    xact: Mapped[int] = mapped_column(BigInteger, FetchedValue())
