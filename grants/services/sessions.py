"""Sessions: sign in and out. The cookie holds a random token, the database its hash."""

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
from workflows.engine.message import Message

TRIES, FAILURE_WINDOW = 10, timedelta(minutes=15)
HASHING_SLOTS = threading.BoundedSemaphore(2)
"""Argon2 needs much memory by design, so at most two computations run at once in a process."""


class NotSignedIn(ValueError):
    """Wrong email address or password, or too many attempts; `reason` does not reveal whether the account exists."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooMany(NotSignedIn):
    """Too many failed attempts; the password was not checked."""


def hasher(settings: Settings) -> PasswordHasher:
    """The argon2id hasher, with time and memory cost from the settings."""
    return PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_kib, parallelism=1)


def verified(*, email: str, password: str, address: str, settings: Settings) -> Person:
    """The person with this email address and password. address: the network address of the request.

    For an unknown email address a dummy hash is checked, so that it takes as long as a wrong password; only the first
    time in a process takes longer. Raises TooMany after TRIES failures within FAILURE_WINDOW, else NotSignedIn.
    """
    if sessions.failures(email, address, FAILURE_WINDOW) >= TRIES:
        raise TooMany(
            Message(
                "Too many attempts. Wait %(minutes)s minutes, then try again.", minutes=FAILURE_WINDOW.seconds // 60
            )
        )
    person = sessions.person_of(email)
    argon2 = hasher(settings)
    with HASHING_SLOTS:
        stored = person.password_hash if person and person.password_hash else _nobodys(argon2)
        right = _verifies(argon2, stored, password)
    if not right or person is None or not person.password_hash:
        raise NotSignedIn(Message("The email address or the password is incorrect."))
    return person


@cache
def _made_up(time_cost: int, memory_cost: int) -> str:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1).hash(secrets.token_hex(16))


def _nobodys(argon2: PasswordHasher) -> str:
    """The hash of a random password at the same cost, cached because computing it takes as long as checking one."""
    return _made_up(argon2.time_cost, argon2.memory_cost)


def _verifies(argon2: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return argon2.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def record_failure(*, email: str, address: str) -> None:
    """Store a failed attempt, with the hashes of both addresses. Call it in a transaction of its own."""
    db.session.add(
        SignInFailure(email_sha256=sessions.hashed(email.strip().lower()), address_sha256=sessions.hashed(address))
    )


def open_for(person: Person, settings: Settings) -> str:
    """Create a session and return the token for the cookie. Also deletes all sessions past their absolute limit."""
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
    """Extend the idle limit, at most once a minute; returns whether the row was changed."""
    if now() - sign_in.used_at < timedelta(minutes=1):
        return False
    sign_in.used_at, sign_in.idle_ends_at = now(), now() + timedelta(minutes=settings.session_idle_minutes)
    return True


def close(token: str) -> None:
    """Delete the session with this token, if there is one."""
    db.session.execute(delete(SignIn).where(SignIn.token_sha256 == sessions.hashed(token)))
