"""Sessions of signed-in people."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import contains_eager

from grants.db import GRANTS_NOW, db
from grants.models import Person, SignIn, SignInFailure

COOKIE = "grants_session"
RUNNING = (
    select(SignIn)
    .join(SignIn.person)
    .options(contains_eager(SignIn.person))
    .where(
        SignIn.token_sha256 == bindparam("token"),
        SignIn.ends_at > GRANTS_NOW,
        SignIn.idle_ends_at > GRANTS_NOW,
        Person.ended_at.is_(None),
    )
)
"""The session of a token, with its person. It is composed once, because every request asks it."""


def current(token: str) -> SignIn | None:
    """The session of a token, if it has not expired and its person has an account."""
    if not token:
        return None
    return db.session.scalars(RUNNING, {"token": hashed(token)}).first()


def person_of(email: str) -> Person | None:
    """The account with this mail address."""
    return db.session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.ended_at.is_(None))
    ).first()


def failures(email: str, address: str, window: timedelta) -> int:
    """The number of recent sign-in failures for this account from this address; other failures of either count a tenth.

    An attacker at one address therefore cannot lock out people who sign in from another address.
    """
    account = SignInFailure.email_sha256 == hashed(email.strip().lower())
    place = SignInFailure.address_sha256 == hashed(address)
    counted = select(
        func.count().filter(account, place), func.count().filter(account) // 10, func.count().filter(place) // 10
    ).where(SignInFailure.at > GRANTS_NOW - window, or_(account, place))
    return max(db.session.execute(counted).one())


def hashed(text: str) -> str:
    """The SHA-256 in hexadecimal; tokens and addresses are never stored in plain text."""
    return hashlib.sha256(text.encode()).hexdigest()
