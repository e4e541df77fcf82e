"""Funds: contributions of a year, from which money is allocated to calls."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import Key, Model, Stamp, Visibility


class Fund(Model):
    """An appropriation. Its row is locked whenever its money is moved."""

    __tablename__ = "fund"
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_a_code"),)
    visibility = Visibility(root="fund")

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(unique=True)
    year: Mapped[int]
    currency: Mapped[str] = mapped_column(server_default="USD")
    source: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Stamp]
