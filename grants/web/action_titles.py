"""What the form of a transition does and requires, by its address, before its row is read."""

from __future__ import annotations

from typing import Any

from grants.access.principals import application_of
from grants.models import Call, Verification
from grants.queries.flows import flow_of, transitions_of
from grants.web.site.formats import translate
from grants.web.site.sending import Action


def title_at_any_step(model: type[Any], key: str) -> str:
    """The title of the transitions of this key; empty where they differ from step to step."""
    titles = {one.title for one in transitions_of(model.__tablename__, key)}
    return translate(titles.pop()) if len(titles) == 1 else ""


def requires_fresh_factor(model: type[Any], key: str) -> bool:
    """Whether any transition of this key requires a second factor that was shown a short time ago."""
    return any(one.fresh_factor for one in transitions_of(model.__tablename__, key))


def present_action(row: Any, key: str) -> Action:
    """What the transition does at the present step of the row, and the name of the row."""
    transition = flow_of(row).transition(key, row.step, getattr(row, "stage", ""))
    return Action(translate(transition.title) if transition else title_at_any_step(type(row), key), title_of(row))


def title_of(row: Any) -> str:
    """The name of a row that has a flow."""
    application = application_of(row)
    if application:
        return application.heading
    if isinstance(row, Verification):
        return row.organisation.name
    return row.title if isinstance(row, Call) else row.number
