"""Changes of the email address of an account, until they are confirmed at the new address."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Model, Stamp
from grants.models.persons import Person


class EmailChange(Model):
    """A change that a person has asked for. email: the new address. ended_at: when it was confirmed or stopped.

    former: of a change that was confirmed, the address before it, while a link can put that back.
    """

    __tablename__ = "email_change"
    __table_args__ = (
        CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name="email_is_one"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("former IS NULL OR ended_at IS NOT NULL", name="former_is_of_one_that_has_ended"),
        Index("email_change_current_key", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str]
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant] = mapped_column(index=True)
    ended_at: Mapped[Instant | None]
    former: Mapped[str | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
