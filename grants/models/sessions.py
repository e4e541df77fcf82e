"""Sessions of signed-in people. The cookie contains a random token, this table its hash."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Model, Stamp
from grants.models.persons import Person


class SignIn(Model):
    """A signed-in browser. Deleting the row signs it out, even if the cookie still exists."""

    __tablename__ = "sign_in"
    visibility = SYSTEM

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[Stamp]
    used_at: Mapped[Stamp]
    ends_at: Mapped[Instant]
    idle_ends_at: Mapped[Instant]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class SignInFailure(Model):
    """A failed sign-in, or a mailed link that was asked for, stored to slow down both. Both addresses are hashed."""

    __tablename__ = "sign_in_failure"
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(primary_key=True)
    email_sha256: Mapped[str] = mapped_column(index=True)
    address_sha256: Mapped[str] = mapped_column(index=True)
    at: Mapped[Stamp] = mapped_column(index=True)
