"""Messages: a text with values, translated and formatted only when it is shown.

Rules, history and mails store the text and its values, never the finished sentence, because the reader's language is
known only where the message is shown; `grants/language.py` shows them. Texts are extracted for translation wherever
`Message("…")`, `Message.counted("…", "…")` or `N_("…")` is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from workflows.engine.reworded import COUNTED, REWORDED


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for this mark)
    """Mark a text for extraction where it is data: a row of a flow, a question of a programme, a label of a table."""
    return text


class Money(NamedTuple):
    """An amount with its currency, ISO 4217."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Plain English for logs: "USD 12322.00"."""
        return f"{self.currency} {self.amount}"


class Message:
    """An immutable message: a text with named placeholders (`%(day)s`) and the values that fill them.

    A value of type `str` is data, shown as it is; a value that must be translated too is a message itself. `plural` is
    the text for all numbers but one; it is empty unless the message is `counted`.

    `cure` is the key of the field, section or page where the reader can fix the problem, if there is one; pages turn it
    into a link. Two messages are equal when text, values and cure are equal.
    """

    __slots__ = ("cure", "plural", "text", "values")

    def __init__(self, text: str, /, *, cure: str | None = None, **values: Value) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "plural", "")
        object.__setattr__(self, "cure", cure)
        object.__setattr__(self, "values", dict(values))

    text: str
    plural: str
    cure: str | None
    values: Mapping[str, Value]

    @classmethod
    def counted(cls, one: str, many: str, /, *, n: int, cure: str | None = None, **values: Value) -> Message:
        """A message about a number: `Message.counted("%(n)s review", "%(n)s reviews", n=3)`.

        Each language has its own plural forms, so the form is chosen where the message is shown.
        """
        message = cls(one, cure=cure, n=n, **values)
        object.__setattr__(message, "plural", many)
        return message

    @property
    def number(self) -> int:
        """The number of a counted message; raises KeyError for another one."""
        n = self.values["n"]
        return n if isinstance(n, int) else int(str(n))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a message is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.as_json() == other.as_json() and self.cure == other.cure

    def __hash__(self) -> int:
        return hash((self.text, self.cure))

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __str__(self) -> str:
        """The message in English, for logs and tests."""
        text = self.plural if self.plural and self.number != 1 else self.text
        return text % self.values if self.values else text

    def as_json(self) -> dict[str, Any]:
        """The stored form: `{"text": …, "values": {…}}`, with `plural` if counted, each value tagged with its type."""
        plural = {"plural": self.plural} if self.plural else {}
        return {"text": self.text, **plural, "values": {name: _packed(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Message:
        """The inverse of `as_json`, with the present wording of a text that was changed since it was stored.

        The cure is not stored, because it may no longer apply.
        """
        values = {name: _unpacked(value) for name, value in stored["values"].items()}
        if counted := COUNTED.get(stored["text"]):
            one, many, number = counted
            return cls.counted(one, many, n=int(str(values[number])))
        text = REWORDED.get(stored["text"], stored["text"])
        message = cls(text, cure=None, **values)
        plural = stored.get("plural", "")
        object.__setattr__(message, "plural", REWORDED.get(plural, plural))
        return message


ANOTHER = "another person"
"""The cure of a reason that only another person can resolve."""

Value = str | int | Decimal | date | datetime | Money | Message


def _packed(value: Value) -> Any:
    match value:
        case Money(amount, currency):
            return {"amount": str(amount), "currency": currency}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case Message():
            return {"message": value.as_json()}
        case _:
            return value


def _unpacked(stored: Any) -> Value:
    match stored:
        case {"amount": amount, "currency": currency}:
            return Money(Decimal(amount), currency)
        case {"at": text}:
            return datetime.fromisoformat(text)
        case {"on": text}:
            return date.fromisoformat(text)
        case {"number": text}:
            return Decimal(text)
        case {"message": message}:
            return Message.from_json(message)
        case str() | int():
            return stored
    raise ValueError(f"not a stored value: {stored!r}")
