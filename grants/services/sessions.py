"""Sessions: sign in and out. The cookie holds a random token, the database its hash."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, or_, select, update

from config import Settings
from grants.db import GRANTS_NOW, db, now
from grants.models import Person, SignIn, SignInFailure
from grants.queries import factors, sessions
from grants.services import devices, locking, retention
from grants.services.factors import trusted_devices
from workflows.engine.message import Message

TRIES, FAILURE_WINDOW = 10, timedelta(minutes=15)
"""How often a password may be wrong from one place within this time. A person who guesses then waits."""
PLACE_TRIES = 100
"""The same for all accounts together."""
ACCOUNT_TRIES, WARY_TRIES = 100, 3
"""After so many failures of an account from all places, each place may be wrong less often. None is locked out at once,
because a stranger could lock out the owner of the account."""
RETENTION = timedelta(days=30)
"""How long failed sign-ins are kept, for an investigation after an attack. Only FAILURE_WINDOW slows down guessing."""
HASHING_SLOTS = threading.BoundedSemaphore(2)
"""Argon2 needs much memory by design, so at most two computations run at once in a process."""
COUNTING_SLOTS = threading.BoundedSemaphore(3)
"""Attempts from one place wait for each other in the database. They use a few connections of a process at most."""
SLOT_SECONDS = 10.0
"""How long an attempt waits for a slot."""
WRONG = Message("The email address or the password is incorrect. Check both, then try again.")

FIRST_STEP = timedelta(minutes=30)
"""How long a session lasts in which the second factor is still to be shown, or an app to be installed."""
NOTED = 20
"""Requests of a session are noted at most this often within its idle limit, so that most of them change nothing."""


class NotSignedIn(ValueError):
    """Wrong email address or password, or too many attempts; `reason` does not reveal whether the account exists."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class TooMany(NotSignedIn):
    """Too many failed attempts; the password was not checked."""


class Gone(Exception):
    """The session has ended, or was confirmed in another request."""


class Busy(Exception):
    """Too many people sign in at this moment; the password was not checked."""


@contextmanager
def slot(slots: threading.BoundedSemaphore) -> Iterator[None]:
    """One of these slots for the length of the block; raises Busy if none becomes free."""
    if not slots.acquire(timeout=SLOT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        slots.release()


def _here(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


def hasher(settings: Settings) -> PasswordHasher:
    """The argon2id hasher, with time and memory cost from the settings."""
    return PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_kib, parallelism=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session is opened.

    way: `password`, `link` or `provider`. browser, system: their names, empty if unknown. device: the token of the
    browser's cookie; empty if the browser is not to be known again.
    """

    way: str = ""
    browser: str = ""
    system: str = ""
    device: str = ""


UNKNOWN = Opening()
"""A session that no browser has opened."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in, which counts as failed until it succeeds. person_id: None for an unknown email address."""

    failure_id: int
    person_id: int | None
    password_hash: str


def attempt(*, email: str, address: str) -> Attempt:
    """Begin to sign in, in a transaction of its own. address: the network address of the request.

    Raises TooMany, and counts nothing, after TRIES failures of this account from this place within FAILURE_WINDOW, or
    PLACE_TRIES from this place in all. Failures elsewhere lock nobody out: beyond ACCOUNT_TRIES, each place has
    WARY_TRIES. The tries from one place are counted one after the other, however many come at once.
    """
    wait_for_others(sessions.place(address))
    account = f"password for {email.strip().lower()}"
    found = sessions.failures(account, address, FAILURE_WINDOW)
    allowed = TRIES if found.account < ACCOUNT_TRIES else WARY_TRIES
    if found.here >= allowed or found.place >= PLACE_TRIES:
        minutes = FAILURE_WINDOW.seconds // 60
        raise TooMany(
            Message(
                "Too many attempts. Wait %(minutes)s minutes, then try again, or ask for a sign-in link.",
                minutes=minutes,
            )
        )
    person, failure = sessions.person_of(email), record_failure(account=account, address=address)
    db.session.flush()
    return Attempt(failure.id, person.id if person else None, (person and person.password_hash) or "")


def wait_for_others(place: str) -> None:
    """Wait for other tries from this place until the end of the transaction."""
    key = int(sessions.hashed(f"sign in from {place}")[:15], 16)
    db.session.execute(select(func.pg_advisory_xact_lock(key)))


def verify(tried: Attempt, password: str, settings: Settings, aside: Callable[..., Any] = _here) -> None:
    """Compare the password. Call it outside of transactions, so that no connection waits; raises NotSignedIn or Busy.

    For an unknown email address a dummy hash is checked, so that it takes as long as a wrong password; only the first
    time in a process takes longer. aside: calls the function where its long calculation holds up nobody else.
    """
    with slot(HASHING_SLOTS):
        right = aside(_verifies, hasher(settings), tried.password_hash, password)
    if not right:
        raise NotSignedIn(WRONG)


def password_hash(password: str, settings: Settings, aside: Callable[..., Any] = _here) -> str:
    """The hash of a new password. Call it outside of transactions, so that no connection waits; raises Busy."""
    with slot(HASHING_SLOTS):
        return str(aside(hasher(settings).hash, password))


def succeed(tried: Attempt, settings: Settings, opening: Opening = UNKNOWN, *, trusted: str = "") -> str:
    """Create a session for a verified attempt, which is no failure; returns the token for the cookie.

    trusted: the token of the device, on which the second factor may have been shown before. Raises NotSignedIn if the
    account has ended, or has another password, since the attempt began. The person is shared: a command that changes
    the password and ends the sessions comes first and is seen, or comes later and ends this session too.
    """
    withdraw(tried)
    person = db.session.get(Person, tried.person_id)
    if person is not None:
        locking.hold(shared=[person])
    if person is None or person.ended_at or person.password_hash != tried.password_hash:
        raise NotSignedIn(WRONG)
    return open_for(person, settings, opening, confirmed_at=trusted_devices.trusted_since(person, trusted))


def withdraw(tried: Attempt) -> None:
    """Count the attempt no longer."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.id == tried.failure_id))


@cache
def _made_up(time_cost: int, memory_cost: int) -> str:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=1).hash(secrets.token_hex(16))


def _nobodys(argon2: PasswordHasher) -> str:
    """The hash of a random password at the same cost, cached because computing it takes as long as checking one."""
    return _made_up(argon2.time_cost, argon2.memory_cost)


def _verifies(argon2: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return argon2.verify(stored or _nobodys(argon2), password) and bool(stored)
    except (Argon2Error, InvalidHashError):
        return False


def record_failure(*, account: str, address: str) -> SignInFailure:
    """Store a failed attempt, with the hashes of the account and of the place.

    account: what is counted, then for whom, such as `password for a@example.org`, so that nothing that a stranger types
    into one form is counted for another.
    """
    failure = SignInFailure(
        email_sha256=sessions.hashed(account), address_sha256=sessions.hashed(sessions.place(address))
    )
    db.session.add(failure)
    return failure


def open_for(
    person: Person, settings: Settings, opening: Opening = UNKNOWN, *, confirmed_at: datetime | None = None
) -> str:
    """Create a session and return the token for the cookie. A new device is noted, and the person gets a mail.

    confirmed_at: when the second factor was shown in this browser. Where it is asked for and was not, the session gives
    its person nothing but the second step, for FIRST_STEP at most.
    """
    token, idle = secrets.token_urlsafe(32), timedelta(minutes=settings.session_idle_minutes)
    if confirmed_at is None and factors.is_asked_of(person.id):
        idle = min(idle, FIRST_STEP)
    db.session.add(
        SignIn(
            token_sha256=sessions.hashed(token),
            person_id=person.id,
            ends_at=now() + timedelta(hours=settings.session_hours),
            idle_ends_at=now() + idle,
            way=opening.way,
            browser=opening.browser,
            system=opening.system,
            confirmed_at=confirmed_at,
        )
    )
    if opening.device:
        devices.note(person, opening)
    return token


def confirm(token: str, settings: Settings) -> str:
    """Note that the second factor was shown in this session, and return its new token; raises Gone if it has ended.

    The earlier token is worth nothing afterwards: somebody who knew it before the second step does not pass it.
    """
    renewed, idle = secrets.token_urlsafe(32), timedelta(minutes=settings.session_idle_minutes)
    confirmed = (
        update(SignIn)
        .where(SignIn.token_sha256 == sessions.hashed(token), SignIn.ends_at > GRANTS_NOW)
        .values(
            token_sha256=sessions.hashed(renewed),
            confirmed_at=GRANTS_NOW,
            used_at=GRANTS_NOW,
            idle_ends_at=GRANTS_NOW + idle,
            challenge=None,
            challenge_at=None,
        )
        .returning(SignIn.person_id)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(confirmed) is None:
        raise Gone
    return renewed


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


def renew(token: str) -> str:
    """Give a session another token, so that a copy of the old one is useless; returns it for the cookie."""
    new = secrets.token_urlsafe(32)
    renewed = update(SignIn).where(SignIn.token_sha256 == sessions.hashed(token))
    renewed = renewed.values(token_sha256=sessions.hashed(new))
    db.session.execute(renewed.execution_options(synchronize_session=False))
    return new


def end(person: Person, id: int) -> bool:
    """Delete the session of this person with this id; returns whether there was one."""
    ended = delete(SignIn).where(SignIn.id == id, SignIn.person_id == person.id).returning(SignIn.id)
    return db.session.scalar(ended.execution_options(synchronize_session=False)) is not None


def end_others(person: Person, token: str) -> None:
    """Delete every session of the person but the one with this token."""
    others = (SignIn.person_id == person.id, SignIn.token_sha256 != sessions.hashed(token))
    db.session.execute(delete(SignIn).where(*others).execution_options(synchronize_session=False))


def close_all(person: Person) -> None:
    """Delete every session of the person."""
    db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def close(token: str) -> None:
    """Delete the session with this token, if there is one."""
    db.session.execute(delete(SignIn).where(SignIn.token_sha256 == sessions.hashed(token)))


def purge() -> None:
    """Delete the sessions that have ended, and the failures whose retention has.

    The table of sessions has no index on their end: as they are deleted every minute, it holds little else than those
    that go on.
    """
    ended = or_(SignIn.ends_at < GRANTS_NOW, SignIn.idle_ends_at < GRANTS_NOW)
    retention.delete_oldest(SignIn.token_sha256, SignIn.ends_at, ended)
    failed_at = SignInFailure.at
    retention.delete_oldest(SignInFailure.id, failed_at, failed_at < GRANTS_NOW - RETENTION)
