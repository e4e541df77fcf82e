"""Limits on mails to addresses that somebody has typed: for each sender, for each address, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from grants.queries import sessions
from grants.services import sessions as sign_in
from grants.services.refusals import Refused
from workflows.engine.message import Message

WINDOW = timedelta(hours=24)
TO_ADDRESS = 5
"""How many mails one address gets within WINDOW from everybody who types it."""
ADDRESS = Message(
    "%(most)s emails have been sent to this address within 24 hours, which is the maximum. Try again tomorrow.",
    cure="email",
    most=TO_ADDRESS,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many mails are counted under a key within WINDOW, and the sentence of the refusal of the next one."""

    key: str
    most: int
    reason: Message


def count(email: str, *limits: Limit) -> None:
    """Count a mail to this address, and for each of these limits; raises Refused, and counts nothing, beyond one.

    The answer does not depend on whether the address has an account. Call it after the rows of the command are held.
    """
    every = sorted((Limit(f"mails to {email}", TO_ADDRESS, ADDRESS), *limits), key=lambda one: one.key)
    for one in every:
        sign_in.wait_for_others(one.key)
    if reasons := tuple(one.reason for one in every if _counted(one.key) >= one.most):
        raise Refused(*reasons)
    for one in every:
        sign_in.record_failure(account=one.key, address=one.key)


def _counted(key: str) -> int:
    return sessions.failures(key, key, WINDOW).account
