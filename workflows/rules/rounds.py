"""Rules about opening a call and extending its deadline."""

from __future__ import annotations

from datetime import datetime

from workflows.cases import CallCase
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def has_money(case: CallCase, actor: Actor) -> Message | None:
    """Money is allocated to the call."""
    if case.envelope_left > 0:
        return None
    return Message("No money is allocated to this call yet. Ask finance to allocate some.", cure="fund")


def later_deadline(case: CallCase, actor: Actor) -> Message | None:
    """The call has a deadline, and the new deadline is later than it and in the future."""
    if case.closes_at is None:
        return Message("This call has no deadline.")
    until = case.answers.get("until")
    if not isinstance(until, datetime):
        return None
    if until <= case.closes_at:
        return Message("Enter a date and time after the current deadline, %(at)s.", at=case.closes_at, cure="until")
    if until <= case.arrived_at:
        return Message("Enter a date and time in the future.", cure="until")
    return None
