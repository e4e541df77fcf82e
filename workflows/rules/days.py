"""Rules about days: when a project may start, and that what happened has happened."""

from __future__ import annotations

from workflows.cases import ApplicationCase
from workflows.roles import Actor
from workflows.rules.switches import CallRule, Params
from workflows.say import Say


def starts_ahead(case: ApplicationCase, params: Params) -> Say | None:
    """The project starts no earlier than the proposal is sent."""
    if case.starts_on is None or case.starts_on >= case.arrived_at.date():
        return None
    text = "The project starts on %(day)s, which has gone by: costs from before the award cannot be paid."
    return Say(text, day=case.starts_on, cure="starts_on")


def happened_already(case: ApplicationCase, actor: Actor) -> Say | None:
    """What the alert tells of has happened."""
    if case.happened_on is None or case.happened_on <= case.arrived_at.date():
        return None
    return Say("“On which day” is %(day)s, which is still to come.", day=case.happened_on, cure="happened_on")


RULES = (CallRule("starts_ahead", starts_ahead, Params, ("submit",)),)
