"""Sessions: sign in and out. The cookie holds a random token, the database its hash."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, or_, update

from config import Settings
from grants.db import GRANTS_NOW, db, now
from grants.models import Person, SignIn, SignInFailure
from grants.queries import sessions
from workflows.engine.message import Message

TRIES, FAILURE_WINDOW = 10, timedelta(minutes=15)
RETENTION = timedelta(days=30)
"""How long failed sign-ins are kept, for an investigation after an attack. Only FAILURE_WINDOW slows down guessing."""
HASHING_SLOTS = threading.BoundedSemaphore(2)
"""Argon2 needs much memory by design, so at most two computations run at once in a process."""

NOTED = 20
"""Requests of a session are noted at most this often within its idle limit, so that most of them change nothing."""


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


def verified(
    *,
    email: str,
    password: str,
    address: str,
    settings: Settings,
    aside: Callable[..., Any] = lambda function, *args: function(*args),
) -> Person:
    """The person with this email address and password. address: the network address of the request.

    aside: calls the function with the arguments, where its long calculation holds up nobody else.

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
        right = aside(_verifies, argon2, stored, password)
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
    """Create a session and return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            token_sha256=sessions.hashed(token),
            person_id=person.id,
            ends_at=now() + timedelta(hours=settings.session_hours),
            idle_ends_at=now() + timedelta(minutes=settings.session_idle_minutes),
        )
    )
    return token


def is_unnoted(sign_in: SignIn, settings: Settings) -> bool:
    """Whether no request was noted in the last twentieth of the idle limit: in six minutes of two hours."""
    return now() - sign_in.used_at >= timedelta(minutes=settings.session_idle_minutes) / NOTED


def touch(sign_in: SignIn, settings: Settings) -> None:
    """Note a request of the session: its idle limit begins anew. Changes nothing if another request just did so."""
    idle = timedelta(minutes=settings.session_idle_minutes)
    db.session.execute(
        update(SignIn)
        .where(SignIn.token_sha256 == sign_in.token_sha256, SignIn.used_at <= GRANTS_NOW - idle / NOTED)
        .values(used_at=GRANTS_NOW, idle_ends_at=GRANTS_NOW + idle)
        .execution_options(synchronize_session=False)
    )


def close(token: str) -> None:
    """Delete the session with this token, if there is one."""
    db.session.execute(delete(SignIn).where(SignIn.token_sha256 == sessions.hashed(token)))


def purge() -> None:
    """Delete the sessions that have ended, and the failures whose retention has."""
    db.session.execute(delete(SignIn).where(or_(SignIn.ends_at < GRANTS_NOW, SignIn.idle_ends_at < GRANTS_NOW)))
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < GRANTS_NOW - RETENTION))
