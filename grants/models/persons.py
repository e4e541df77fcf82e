"""People and their sign-in data."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import Instant, Key, Model, Stamp, Visibility


class Person(Model):
    """A person with an account. Memberships and appointments determine their permissions.

    language: of pages. mail_language: None for the same. reading_languages: those in which they can review.
    mail_delivery: when they want mails that are not urgent, a `workflows.engine.urgency.Delivery`.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email_is_one"),
        CheckConstraint("mail_delivery IN ('immediate', 'daily', 'urgent')", name="mail_delivery_is_known"),
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
    mail_language: Mapped[str | None]
    reading_languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    mail_delivery: Mapped[str] = mapped_column(server_default="immediate")
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}

    @property
    def language_of_mails(self) -> str:
        """The language in which the person is written to."""
        return self.mail_language or self.language
