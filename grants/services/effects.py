"""The arguments and results of the functions that `transitions` maps the effects to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from grants.queries.flows import Stateful
from workflows.engine.message import Message, Value
from workflows.engine.roles import Actor

Values = Mapping[str, Value]


class Apply(Protocol):
    """`transitions.apply`. An effect gets it as an argument, because `transitions` imports the effects."""

    def __call__(self, row: Stateful, key: str, *, actor: Actor) -> None:
        """Apply the transition `key` to the row."""


@dataclass(frozen=True, slots=True)
class Context:
    """The transition that is being applied.

    actor: who applies it. case: the case that its guards accepted, with the answers to its fields. apply: applies a
    further transition that follows from this one.
    """

    actor: Actor
    case: Any
    apply: Apply

    @property
    def answers(self) -> Mapping[str, Any]:
        """The answers to the fields of the transition: field → value."""
        return self.case.answers


EffectFunction = Callable[[Any, Context], Values | Message | None]
"""Called with the row and the context, after the step is set and before the row is flushed.

A mapping that it returns is added to the values of the mails. A message replaces the transition's own in history, and
its values are added to those of the mails.
"""
