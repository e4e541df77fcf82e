"""Registrations of organisations that wait for the mailed link, and requests to join an organisation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Key, Model, Stamp, visible_through
from grants.models.calls import Call
from grants.models.organisations import KINDS, Organisation
from grants.models.persons import Person


class Registration(Model):
    """What somebody entered to register an organisation, until the mailed link is used or has ended.

    organisation_id: the organisation that it is, as they chose; declined: those that they said it is not. tokens: the
    hashes of the links that were mailed, of which a repeated mail has another.
    """

    __tablename__ = "registration"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_a_code"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("used_at >= created_at", name="used_after_it_begins"),
        Index("registration_tokens_idx", "tokens", postgresql_using="gin"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str]
    kind: Mapped[str]
    organisation: Mapped[str]
    country: Mapped[str]
    legal_name: Mapped[str]
    register: Mapped[str] = mapped_column(server_default="")
    register_number: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    website: Mapped[str] = mapped_column(server_default="")
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    declined: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    tokens: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant] = mapped_column(index=True)
    used_at: Mapped[Instant | None]

    call: Mapped[Call | None] = relationship()


class JoinRequest(Model):
    """A person who asks to act for an organisation, until somebody who acts for it decides.

    due_on: from when the Foundation may decide. accepted: None while nobody has decided. reason: why it was declined.
    """

    __tablename__ = "join_request"
    __table_args__ = (
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (accepted IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("accepted IS NOT FALSE OR reason <> ''", name="declined_with_a_reason"),
        Index(
            "join_request_open_key",
            "organisation_id",
            "person_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )
    visibility = visible_through("organisation_id", own="person_id")

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str] = mapped_column(server_default="")
    asked_at: Mapped[Stamp]
    due_on: Mapped[date]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(server_default="")

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
