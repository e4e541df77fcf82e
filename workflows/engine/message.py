"""Messages: a text with values, translated and formatted only when it is shown.

Rules, history and mails store the text and its values, never the finished sentence, because the reader's language is
known only where the message is shown. Texts are extracted for translation wherever `Say(` is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple


class Money(NamedTuple):
    """An amount with its currency, ISO 4217."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Plain English for logs: "USD 12322.00"."""
        return f"{self.currency} {self.amount}"


Value = str | int | Decimal | date | datetime | Money


class Message:
    """An immutable message: a text with named placeholders (`%(day)s`) and the values that fill them.

    `cure` is the key of the field, section or page where the reader can fix the problem, if there is one; pages turn it
    into a link. Two messages are equal when text, values and cure are equal.
    """

    __slots__ = ("cure", "text", "values")

    def __init__(self, text: str, /, *, cure: str | None = None, **values: Value) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "cure", cure)
        object.__setattr__(self, "values", dict(values))

    text: str
    cure: str | None
    values: Mapping[str, Value]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a message is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.as_json() == other.as_json() and self.cure == other.cure

    def __hash__(self) -> int:
        return hash((self.text, self.cure))

    def __repr__(self) -> str:
        return f"Say({str(self)!r})"

    def __str__(self) -> str:
        """The message in English, for logs and tests."""
        return self.text % self.values if self.values else self.text

    def as_json(self) -> dict[str, Any]:
        """The stored form: `{"text": …, "values": {…}}`, each value tagged with its type."""
        return {"text": self.text, "values": {name: _packed(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Message:
        """The inverse of `as_json`. The cure is not stored, because it may no longer apply."""
        return cls(stored["text"], cure=None, **{name: _unpacked(value) for name, value in stored["values"].items()})


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
        case str() | int():
            return stored
    raise ValueError(f"not a stored value: {stored!r}")
