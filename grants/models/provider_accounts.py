"""Accounts of people at an identity provider, with which they sign in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Instant, Key, Model, Stamp, Visibility
from grants.models.persons import Person

LINKED = text("ended_at IS NULL")


class ProviderAccount(Model):
    """A person's account at the provider with this issuer, until `ended_at`.

    subject_sha256: of the issuer and of the subject by which the provider names the account, which is not stored.
    """

    __tablename__ = "provider_account"
    __table_args__ = (
        CheckConstraint("subject_sha256 ~ '^[0-9a-f]{64}$'", name="subject_is_a_hash"),
        CheckConstraint("issuer <> ''", name="has_an_issuer"),
        CheckConstraint("ended_at >= created_at", name="ends_after_it_begins"),
        Index("provider_account_of_one_key", "subject_sha256", unique=True, postgresql_where=LINKED),
        Index("provider_account_once_key", "person_id", "issuer", unique=True, postgresql_where=LINKED),
    )
    visibility = Visibility(root="provider_account")

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str]
    subject_sha256: Mapped[str]
    created_at: Mapped[Stamp]
    ended_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship()
