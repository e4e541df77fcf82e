"""Limits of the second step of signing in: how often a code may be wrong, by account and by place.

As with passwords, a stranger who guesses slows down their own place only, and never ends the mailed link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from grants.db import db
from grants.models import Person, SignInFailure
from grants.queries import sessions as found
from grants.services import sessions
from workflows.engine.message import Message

TRIES, WINDOW = 5, timedelta(minutes=15)
"""How often a code for an account may be wrong from one place within this time. Three of a million codes are right."""
PLACE_TRIES = 50
"""The same for all accounts together."""
ACCOUNT_TRIES, WARY_TRIES = 20, 1
"""After so many wrong codes for an account from all places, each place may be wrong less often. Nobody is locked out at
once, because a stranger who knows the password could lock out the owner."""


class NotConfirmed(ValueError):
    """The second factor was not accepted; `reason` is the sentence for the person."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try, which counts as failed until it succeeds."""

    failure_id: int


def begin(person: Person, way: str, *, address: str) -> Attempt:
    """Count a try to enter a code as failed, in a transaction of its own; raises NotConfirmed when there were too many.

    way: `code` or `recovery`; they are counted apart, so that wrong codes of an app do not end the way out of losing
    it. address: the network address of the request. The tries from one place are counted one after the other.
    """
    account, place = f"{way} for {person.email}", f"{way} from {found.place(address)}"
    sessions.wait_for_others(place)
    failures = found.failures(account, place, WINDOW)
    allowed = TRIES if failures.account < ACCOUNT_TRIES else WARY_TRIES
    if failures.here >= allowed or failures.place >= PLACE_TRIES:
        minutes = WINDOW.seconds // 60
        raise NotConfirmed(Message("Too many wrong codes. Wait %(minutes)s minutes, then try again.", minutes=minutes))
    failure = sessions.record_failure(account=account, address=place)
    db.session.flush()
    return Attempt(failure.id)


def withdraw(tried: Attempt) -> None:
    """Count the try no longer, because the code was right."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.id == tried.failure_id))
