"""One-time links to enter an account or to confirm an address. They hold a random token, this table its hash."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Model, Stamp
from grants.models.persons import Person

PURPOSES = ("set_up", "sign_in", "password", "email", "keep_email")
"""What a link is for: an account without a password, signing in, a forgotten password, a new address, the old one."""


class Link(Model):
    """A link that works once, until `ends_at`. Deleting the row makes the link useless.

    email_change_id: the change that it confirms, stops or undoes.
    """

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint(f"purpose IN {PURPOSES}", name="purpose_is_known"),
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("used_at >= created_at", name="used_after_it_begins"),
        CheckConstraint(
            "(purpose IN ('email', 'keep_email')) = (email_change_id IS NOT NULL)", name="change_has_its_links"
        ),
    )
    visibility = SYSTEM

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str]
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant] = mapped_column(index=True)
    used_at: Mapped[Instant | None]
    email_change_id: Mapped[int | None] = mapped_column(ForeignKey("email_change.id", ondelete="CASCADE"), index=True)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
