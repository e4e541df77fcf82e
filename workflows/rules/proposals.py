"""Rules about submitting and handling a proposal."""

from __future__ import annotations

from workflows.cases import ApplicationCase
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor
from workflows.submitting import Deadline, deadline


def in_time(case: ApplicationCase, actor: Actor) -> Message | None:
    """The request arrived while the call was open, or before the applicant’s own deadline."""
    found = deadline(
        call=case.round.step,
        closes_at=case.round.closes_at,
        invited_until=case.invited_until,
        more_time_until=case.more_time_until,
    )
    opens_at = case.round.opens_at
    if found.source in {"call", "more_time"} and opens_at is not None and case.arrived_at < opens_at:
        return Message("The call opens on %(at)s.", at=opens_at)
    return None if found.allows(case.arrived_at) else _over(found, case.round.step)


def _over(found: Deadline, call: str) -> Message:
    """The reason why a draft can no longer be submitted."""
    if found.until is None or (found.source != "invitation" and call != "open"):
        return Message("This call is not open.")
    if found.source == "invitation":
        text = N_("The invitation expired on %(at)s. We keep your draft, but you can no longer submit it.")
    else:
        text = N_("The call closed on %(at)s. We keep your draft, but you can no longer submit it.")
    return Message(text, at=found.until)


def complete(case: ApplicationCase, actor: Actor) -> tuple[Message, ...]:
    """Every section is complete."""
    return case.missing


def answered(case: ApplicationCase, actor: Actor) -> Message | None:
    """The question is answered in writing, or the submission has changed."""
    if case.changed or "answer" not in case.answers or str(case.answers["answer"] or "").strip():
        return None
    return Message("Answer our question in writing, or change what you submitted.", cure="answer")


def answered_in_time(case: ApplicationCase, actor: Actor) -> Message | None:
    """The request arrived before the deadline for answering."""
    until = case.time_limit_ends_at("question")
    if until is None or case.arrived_at <= until:
        return None
    return Message("The deadline was %(at)s. We are continuing with your existing submission.", at=until)
