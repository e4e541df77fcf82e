"""People and their sign-in data."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import Instant, Key, Model, Stamp, Visibility


class Person(Model):
    """A person with an account. Memberships and appointments determine their permissions."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email_is_one"),
        Index("person_address_hash_idx", text("address_hash(email)")),
    )
    visibility = Visibility(root="person")

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    password_hash: Mapped[str | None]
    created_at: Mapped[Stamp]
    ended_at: Mapped[Instant | None]
