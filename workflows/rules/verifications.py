"""Rules about the verification of organisations."""

from __future__ import annotations

from workflows.cases import ApplicationCase, VerificationCase
from workflows.engine.message import ANOTHER, Message
from workflows.engine.roles import Actor


def not_ones_own(case: VerificationCase, actor: Actor) -> Message | None:
    """The person has never acted for the organisation."""
    if actor.person not in case.members:
        return None
    return Message("You act or have acted for this organisation, so another officer must do this.", cure=ANOTHER)


def no_rival(case: VerificationCase, actor: Actor) -> Message | None:
    """The person has never acted for another applicant to a call to which the organisation has applied."""
    if actor.person not in case.rivals:
        return None
    return Message(
        "You have acted for another applicant to a call to which this organisation has applied, so another officer "
        "must do this.",
        cure=ANOTHER,
    )


def verified(case: ApplicationCase, actor: Actor) -> Message | None:
    """The organisation is verified."""
    if not case.applicant.unverified:
        return None
    return Message("The applicant has not been verified yet. Verify the organisation on its page.", cure="organisation")
