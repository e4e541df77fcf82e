"""Sessions of signed-in people. The cookie contains a random token, this table its hash."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Model, Stamp
from grants.models.persons import Person


class SignIn(Model):
    """A signed-in browser. Deleting the row signs it out, even if the cookie still exists.

    id: what a page names the session by. way: `password`, `link` or `provider`, empty for sessions of earlier releases.
    browser, system: their names, empty if unknown. No network address is kept. confirmed_at: when the second factor was
    shown in this browser; None before that, or if none is asked for. challenge: what a passkey has to sign next, as
    base64url.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("way IN ('', 'password', 'link', 'provider')", name="way_is_known"),
        CheckConstraint("(challenge IS NULL) = (challenge_at IS NULL)", name="challenge_has_its_time"),
    )
    visibility = SYSTEM

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[Stamp]
    used_at: Mapped[Stamp]
    ends_at: Mapped[Instant]
    idle_ends_at: Mapped[Instant]
    id: Mapped[int] = mapped_column(Identity(), unique=True)
    way: Mapped[str] = mapped_column(server_default="")
    browser: Mapped[str] = mapped_column(server_default="")
    system: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[Instant | None]
    challenge: Mapped[str | None]
    challenge_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Device(Model):
    """A browser in which a person has signed in. It is known again by a cookie, of which this is the hash."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("person_id", "token_sha256", name="device_once_key"),
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
    )
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_sha256: Mapped[str]
    created_at: Mapped[Stamp]
    used_at: Mapped[Stamp] = mapped_column(index=True)


class SignInFailure(Model):
    """A failed sign-in, or a mailed link that was asked for, stored to slow down both. Both addresses are hashed."""

    __tablename__ = "sign_in_failure"
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(primary_key=True)
    email_sha256: Mapped[str] = mapped_column(index=True)
    address_sha256: Mapped[str] = mapped_column(index=True)
    at: Mapped[Stamp] = mapped_column(index=True)
