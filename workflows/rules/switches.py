"""What a rule is that a call switches on: `{key, params}` in the call's data, checked when it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from workflows.say import Say

Moment = Literal["start", "submit", "award", "divide"]
"""When a rule is asked: before anything is written, when it is sent, awarded, and divided over the lines."""

Checked = Callable[[Any, Any], Say | tuple[Say, ...] | None]


class Params(BaseModel):
    """The numbers of a rule; unknown ones are refused. On its own: a rule without numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class CallRule:
    """A rule by its key: the question itself, its numbers, and the moments at which it is asked."""

    key: str
    check: Checked
    params: type[Params]
    asked_at: tuple[Moment, ...]
