"""Devices on which a reviewer is not asked for the second factor for 30 days. The table holds hashes of cookies."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete

from grants.db import GRANTS_NOW, db
from grants.models import Person, TrustedDevice
from grants.queries import factors
from grants.queries.sessions import hashed
from grants.services import retention
from workflows.engine.roles import Role

LIFETIME = timedelta(days=30)


def may_be_trusted(roles: frozenset[Role]) -> bool:
    """Whether people with these roles by appointment may leave out the second factor on a device: reviewers alone."""
    return roles == {Role.REVIEWER}


def trust(person: Person) -> str:
    """Do not ask the person for the second factor on this device for LIFETIME; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(TrustedDevice(token_sha256=hashed(token), person_id=person.id, ends_at=GRANTS_NOW + LIFETIME))
    db.session.flush()
    return token


def trusted_since(person: Person, token: str) -> datetime | None:
    """When a reviewer has shown the second factor on the device with this token; None if it must be shown now.

    The roles are asked again, because the person may hold others by now.
    """
    if not token or not may_be_trusted(factors.roles(person.id)):
        return None
    return factors.trusted_since(person.id, hashed(token))


def forget(person: Person) -> None:
    """Ask the person for the second factor on all devices."""
    theirs = delete(TrustedDevice).where(TrustedDevice.person_id == person.id)
    db.session.execute(theirs.execution_options(synchronize_session=False))


def purge() -> None:
    """Delete the devices whose time is over."""
    ends_at = TrustedDevice.ends_at
    retention.delete_oldest(TrustedDevice.token_sha256, ends_at, ends_at < GRANTS_NOW)
