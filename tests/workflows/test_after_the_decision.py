"""Once there is a decision on an application, no rule judges its content, so that cases are built without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from workflows.cases import ApplicationCase
from workflows.engine.flow import Transition
from workflows.engine.message import Message
from workflows.engine.roles import Actor, Role
from workflows.engine.steps import DECIDED
from workflows.programmes import programmes

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EMPTY = ApplicationCase(arrived_at=NOW, step_at=NOW, agreement="to_sign")
WRITTEN = replace(
    EMPTY,
    missing=(Message("Enter a title."),),
    changed=False,
    asked=Decimal(1_000_000),
    indirect=Decimal(900_000),
    cofunding=Decimal(7),
    months=99,
    starts_on=NOW.date(),
    happened_on=NOW.date(),
    partners=9,
)
"""The same case with another content: in every field of it."""


def transitions(*, decided: bool) -> list[Transition]:
    """The transitions of all programmes from the steps with a decision, or from those without."""
    found = [row for one in programmes().values() for row in one.flow.transitions]
    return [row for row in found if any((step in DECIDED) is decided for step in row.source)]


def judges_content(row: Transition) -> bool:
    """Whether a guard answers differently about another content, for any role that may take the transition."""
    actors = [Actor(person=None if role is Role.CLOCK else 1, role=role) for role in row.roles]
    return any(guard(EMPTY, actor) != guard(WRITTEN, actor) for guard in row.guards for actor in actors)


@pytest.mark.parametrize("row", transitions(decided=True), ids=lambda row: row.key)
def test_no_rule_judges_the_content_after_the_decision(row: Transition) -> None:
    assert not judges_content(row)


def test_a_rule_that_judges_the_content_is_found() -> None:
    """Counter-test."""
    assert {"submit"} <= {row.key for row in transitions(decided=False) if judges_content(row)}
