"""Second factors of people, their recovery codes, and the devices on which no second factor is asked for."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Key, Model, Stamp, Visibility
from grants.models.persons import Person

TOTP, PASSKEY = "totp", "passkey"
KINDS = (TOTP, PASSKEY)
"""An authenticator app that shows codes of six digits, and a passkey."""


class Factor(Model):
    """A second factor of a person, until `ended_at`.

    secret: of an authenticator app, encrypted. used_step: the newest time step of which a code was accepted, so that
    each code works only one time. credential_id, public_key: of a passkey, as base64url. sign_count: the newest counter
    that it has sent. transports: how it is reached, separated by commas.
    """

    __tablename__ = "factor"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind_is_known"),
        CheckConstraint("label <> ''", name="has_a_label"),
        CheckConstraint("(kind = 'totp') = (secret IS NOT NULL)", name="app_has_its_secret"),
        CheckConstraint(
            "(kind = 'passkey') = (credential_id IS NOT NULL AND public_key IS NOT NULL AND sign_count IS NOT NULL)",
            name="passkey_has_its_key",
        ),
        CheckConstraint("ended_at >= created_at", name="ends_after_it_begins"),
    )
    visibility = Visibility(root="factor")

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    secret: Mapped[str | None]
    used_step: Mapped[int | None]
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    public_key: Mapped[str | None]
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[Stamp]
    last_used_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship()


class RecoveryCode(Model):
    """A code that stands in for a second factor one time. The person has the code, this table its hash.

    ended_at: when it was used, or when new codes replaced it.
    """

    __tablename__ = "recovery_code"
    __table_args__ = (
        CheckConstraint("code_sha256 ~ '^[0-9a-f]{64}$'", name="code_is_a_hash"),
        CheckConstraint("used_at >= created_at", name="used_after_it_begins"),
        CheckConstraint("used_at IS NULL OR ended_at IS NOT DISTINCT FROM used_at", name="ends_when_used"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Stamp]
    used_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]


class TrustedDevice(Model):
    """A browser on which a person is not asked for the second factor until `ends_at`. Its cookie contains the token."""

    __tablename__ = "trusted_device"
    __table_args__ = (
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
    )
    visibility = SYSTEM

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant] = mapped_column(index=True)
