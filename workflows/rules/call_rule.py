"""The types of the rules that a call can enable: `{key, params}` in the call's data, validated when it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from workflows.engine.message import Message

Moment = Literal["start", "submit", "award", "divide"]
"""When a rule is checked: before a draft starts, on submission, on award, and when an award is divided over lines."""

Checked = Callable[[Any, Any], Message | tuple[Message, ...] | None]


class Params(BaseModel):
    """The parameters of a rule; unknown ones are refused. Used directly for rules without parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class CallRule:
    """A rule with its key, its check, its parameters and the moments at which it is checked."""

    key: str
    check: Checked
    params: type[Params]
    asked_at: tuple[Moment, ...]

    @property
    def sentence(self) -> str:
        """What the rule demands: the first line of its docstring, which `grants/docstrings.py` extracts."""
        return (self.check.__doc__ or "").split("\n", maxsplit=1)[0]
