"""Second factors of people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import GRANTS_NOW, db
from grants.models import Appointment, Factor, Person, RecoveryCode, TrustedDevice
from grants.models.appointments import IN_FORCE
from grants.models.factors import PASSKEY, TOTP
from workflows.engine.roles import Role

HAS_FACTOR = (
    select(Factor.id).where(Factor.person_id == Person.id, Factor.ended_at.is_(None)).correlate(Person).exists()
)
"""Whether the person of the statement has a second factor."""


def of(person: int, kind: str | None = None) -> list[Factor]:
    """The second factors of the person with this id, the oldest first. kind: only those of this kind."""
    wanted = select(Factor).where(Factor.person_id == person, Factor.ended_at.is_(None)).order_by(Factor.id)
    return list(db.session.scalars(wanted.where(Factor.kind == kind) if kind else wanted))


def shown_to(principal: Principal) -> list[Factor]:
    """The second factors that the principal sees, which are their own, the oldest first."""
    return list(db.session.scalars(select(Factor).where(visible(Factor, principal)).order_by(Factor.id)))


def apps(person: int) -> list[Factor]:
    """The authenticator apps of the person with this id."""
    return of(person, TOTP)


def passkeys(person: int) -> list[Factor]:
    """The passkeys of the person with this id."""
    return of(person, PASSKEY)


def roles(person: int) -> frozenset[Role]:
    """The roles that the person with this id holds by appointment, whatever their scope."""
    held = select(Appointment.role).where(Appointment.person_id == person, IN_FORCE).distinct()
    return frozenset(map(Role, db.session.scalars(held.order_by(Appointment.role))))


def is_asked_of(person: int) -> bool:
    """Whether the person with this id is asked for a second factor: they have one, or hold a role by appointment."""
    return bool(of(person)) or bool(roles(person))


def codes(person: int) -> list[RecoveryCode]:
    """The recovery codes of the person with this id that can still be used."""
    unused = (RecoveryCode.person_id == person, RecoveryCode.ended_at.is_(None))
    return list(db.session.scalars(select(RecoveryCode).where(*unused).order_by(RecoveryCode.id)))


def has_had_codes(person: int) -> bool:
    """Whether the person with this id has, or once had, recovery codes."""
    return db.session.scalar(select(RecoveryCode.id).where(RecoveryCode.person_id == person).limit(1)) is not None


def codes_left(person: int) -> int:
    """How many recovery codes of the person with this id can still be used."""
    unused = (RecoveryCode.person_id == person, RecoveryCode.ended_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def trusted_since(person: int, token_sha256: str) -> datetime | None:
    """When the person with this id has shown a second factor on the device with this token; None if it is not known."""
    wanted = (
        TrustedDevice.token_sha256 == token_sha256,
        TrustedDevice.person_id == person,
        TrustedDevice.ends_at > GRANTS_NOW,
    )
    return db.session.scalar(select(TrustedDevice.created_at).where(*wanted))


def of_demonstration() -> list[Factor]:
    """The authenticator apps of all people, by name, for the page on which a demonstration shows their codes."""
    wanted = (
        select(Factor)
        .join(Factor.person)
        .options(contains_eager(Factor.person))
        .where(Factor.kind == TOTP, Factor.ended_at.is_(None))
    )
    return list(db.session.scalars(wanted.where(Person.ended_at.is_(None)).order_by(Person.name, Factor.id)))
