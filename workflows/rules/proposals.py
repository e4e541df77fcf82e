"""Rules about sending a proposal."""

from __future__ import annotations

from datetime import datetime

from workflows.cases import ApplicationCase
from workflows.roles import Actor
from workflows.say import Say


def in_time(case: ApplicationCase, actor: Actor) -> Say | None:
    """The call is open, or the invitation still runs, when the request arrives."""
    if case.invited_until is not None:
        return _invited(case.arrived_at, case.invited_until)
    if case.round.step != "open":
        return Say("This call is not open.")
    if case.round.opens_at is not None and case.arrived_at < case.round.opens_at:
        return Say("The call opens on %(at)s.", at=case.round.opens_at)
    if case.round.closes_at is not None and case.arrived_at > case.round.closes_at:
        at = case.round.closes_at
        return Say("The call closed on %(at)s. Your draft is kept, but it can no longer be sent.", at=at)
    return None


def _invited(arrived_at: datetime, until: datetime) -> Say | None:
    """An invitation outlives the call: only its own end counts."""
    if arrived_at <= until:
        return None
    return Say("The invitation ended on %(at)s. Your draft is kept, but it can no longer be sent.", at=until)


def complete(case: ApplicationCase, actor: Actor) -> tuple[Say, ...]:
    """Every section is filled in as it asks."""
    return case.missing


def own_draft(case: ApplicationCase, actor: Actor) -> Say | None:
    """Somebody other than its writer handles it."""
    if actor.person not in case.written_by:
        return None
    return Say("You had a hand in this proposal, so somebody else must do this.")
