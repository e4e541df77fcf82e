"""Signing in and out. The cookie holds a random token, the database its hash."""

from __future__ import annotations

import secrets
import threading
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete

from config import Settings
from grants.db import db, now
from grants.models import Person, SignIn, SignInFailure
from grants.queries import sessions
from workflows.say import Say

TRIES, WITHIN = 10, timedelta(minutes=15)
AT_ONCE = threading.BoundedSemaphore(2)
"""Argon2 takes much memory by design, so only so many run at once in a process."""


class NotSignedIn(ValueError):
    """The address or the password is wrong, or the tries were too many; `reason` does not say which account exists."""

    def __init__(self, reason: Say) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooMany(NotSignedIn):
    """The tries were too many, so the password was not looked at."""


def hasher(settings: Settings) -> PasswordHasher:
    """argon2id with the costs of the settings."""
    return PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_kib, parallelism=1)


def verified(*, email: str, password: str, address: str, settings: Settings) -> Person:
    """The person of this address and password; raises NotSignedIn.

    An unknown address takes as long as a wrong password.
    """
    if sessions.failures(email, address, WITHIN) >= TRIES:
        raise TooMany(Say("Too many tries. Wait %(minutes)s minutes and try again.", minutes=WITHIN.seconds // 60))
    person = sessions.person_of(email)
    argon2 = hasher(settings)
    with AT_ONCE:
        stored = person.password_hash if person and person.password_hash else _nobodys(argon2)
        right = _verifies(argon2, stored, password)
    if not right or person is None or not person.password_hash:
        raise NotSignedIn(Say("The e-mail address or the password is not right."))
    return person


@cache
def _made_up(time_cost: int, memory_cost: int) -> str:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1).hash(secrets.token_hex(16))


def _nobodys(argon2: PasswordHasher) -> str:
    """A hash of the same costs that no password has, made once: to make one takes as long as to check one."""
    return _made_up(argon2.time_cost, argon2.memory_cost)


def _verifies(argon2: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return argon2.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def record_failure(*, email: str, address: str) -> None:
    """Remember that it failed, in a unit of work of its own."""
    db.session.add(
        SignInFailure(email_sha256=sessions.hashed(email.strip().lower()), address_sha256=sessions.hashed(address))
    )


def open_for(person: Person, settings: Settings) -> str:
    """A session for the person; answers with the token for the cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_sha256=sessions.hashed(token),
            person_id=person.id,
            ends_at=now() + timedelta(hours=settings.session_hours),
            idle_ends_at=now() + timedelta(minutes=settings.session_idle_minutes),
        )
    )
    db.session.execute(delete(SignIn).where(SignIn.ends_at < now()))
    return token


def touch(sign_in: SignIn, settings: Settings) -> bool:
    """Push the idle limit forward, at most once a minute; answers whether anything is to be saved."""
    if now() - sign_in.used_at < timedelta(minutes=1):
        return False
    sign_in.used_at, sign_in.idle_ends_at = now(), now() + timedelta(minutes=settings.session_idle_minutes)
    return True


def close(token: str) -> None:
    """End the session, whoever holds the cookie."""
    db.session.execute(delete(SignIn).where(SignIn.token_sha256 == sessions.hashed(token)))
