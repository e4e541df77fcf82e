"""The arguments and results of the functions that `transitions` maps the effects to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grants.queries.flows import Stateful
from workflows.engine.flow import Transition
from workflows.engine.message import Message, Value
from workflows.engine.roles import Actor

Values = Mapping[str, Value]


class Apply(Protocol):
    """`transitions.apply`. An effect gets it as an argument, because `transitions` imports the effects."""

    def __call__(
        self,
        rows: Stateful | Sequence[Stateful],
        key: str,
        *,
        actor: Actor,
        answers: Mapping[str, Any] | None = None,
    ) -> None:
        """Apply the transition `key` to the row, or to several rows of one flow. answers: field → value."""


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


Result = Values | Message | None
"""What an effect adds to the event and the mails of a row.

A mapping is stored with the event and added to the values of the mails. A message replaces the transition's own in
history, and its values are added to those of the mails.
"""
RowEffect = Callable[[Any, Context], Result]
"""An effect on one row: called with it and its context, after its step is set and before it is flushed."""


@dataclass(frozen=True, slots=True)
class Together:
    """An effect on any number of rows in a bounded number of statements.

    function: called once with the rows and the context of each, after their steps are set and before they are flushed;
    returns what it adds for each row. It must not flush.
    """

    function: Callable[[Sequence[Any], Sequence[Context]], Sequence[Result]]


EffectFunction = RowEffect | Together
"""What `transitions` maps an effect to."""


@dataclass(slots=True)
class Change:
    """One row with the transition that is applied to it. before: its step until then; result: of the effect."""

    row: Stateful
    transition: Transition
    context: Context
    before: str
    result: Result = None

    @property
    def values(self) -> Values:
        """The values for the mails that the effect adds."""
        return self.result.values if isinstance(self.result, Message) else self.result or {}
