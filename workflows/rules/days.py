"""Rules about dates: the start of a project, and the day of a disaster."""

from __future__ import annotations

from workflows.cases import ApplicationCase
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor
from workflows.rules.call_rule import CallRule, Params


def starts_ahead(case: ApplicationCase, params: Params) -> Message | None:
    """The project does not start before the proposal is submitted."""
    if case.starts_on is None or case.starts_on >= case.arrived_at.date():
        return None
    text = N_(
        "The project starts on %(day)s, which is in the past. Enter a later date: we do not pay costs incurred before "
        "the award."
    )
    return Message(text, day=case.starts_on, cure="starts_on")


def happened_already(case: ApplicationCase, actor: Actor) -> Message | None:
    """The date of the event in the alert is not in the future."""
    if case.happened_on is None or case.happened_on <= case.arrived_at.date():
        return None
    return Message(
        "“Date of the event” is %(day)s, which is in the future. Enter the date on which it happened.",
        day=case.happened_on,
        cure="happened_on",
    )


RULES = (CallRule("starts_ahead", starts_ahead, Params, ("submit",)),)
