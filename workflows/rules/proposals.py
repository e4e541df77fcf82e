"""Rules about submitting and handling a proposal."""

from __future__ import annotations

from datetime import datetime

from workflows.cases import ApplicationCase
from workflows.engine.message import Message
from workflows.engine.roles import Actor


def in_time(case: ApplicationCase, actor: Actor) -> Message | None:
    """The call is open, or the applicant’s own deadline has not passed, when the request arrives."""
    if case.invited_until is not None:
        return _invited(case.arrived_at, case.invited_until)
    if _has_more_time(case):
        return None
    if case.round.step != "open":
        return Message("This call is not open.")
    if case.round.opens_at is not None and case.arrived_at < case.round.opens_at:
        return Message("The call opens on %(at)s.", at=case.round.opens_at)
    if case.round.closes_at is not None and case.arrived_at > case.round.closes_at:
        at = case.round.closes_at
        return Message("The call closed on %(at)s. We keep your draft, but you can no longer submit it.", at=at)
    return None


def _has_more_time(case: ApplicationCase) -> bool:
    """Whether the call has begun, and this applicant was given more time, which has not passed."""
    begun = case.round.opens_at is None or case.round.opens_at <= case.arrived_at
    return begun and case.more_time_until is not None and case.arrived_at <= case.more_time_until


def _invited(arrived_at: datetime, until: datetime) -> Message | None:
    """Check the end of the invitation only, because an invitation can run longer than the call."""
    if arrived_at <= until:
        return None
    return Message("The invitation expired on %(at)s. We keep your draft, but you can no longer submit it.", at=until)


def complete(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """Every section is complete."""
    return case.missing


def answered(case: ApplicationCase, actor: Actor) -> Message | None:
    """The question is answered in writing, or the proposal has changed."""
    if case.changed or "answer" not in case.answers or str(case.answers["answer"] or "").strip():
        return None
    return Message("Answer our question in writing, or change the proposal.", cure="answer")
