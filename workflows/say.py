"""A sentence that is owed to somebody, before it is put into their language.

Rules, history and mails hold the pair of text and values, never the finished sentence: the reader's
language is known only at the edge. The text is extracted for translation where `Say(` is written.
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
        """In plain English, for logs: "USD 12322.00"."""
        return f"{self.currency} {self.amount}"


Value = str | int | Decimal | date | datetime | Money


class Say:
    """A text with named places (`%(day)s`) and the values that go there.

    `cure` names what would help (a section, a page), where something would; the edge makes it a link.
    Two are equal when text, values and cure are.
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
        raise AttributeError("A sentence does not change once it is said.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Say) and self.as_json() == other.as_json() and self.cure == other.cure

    def __hash__(self) -> int:
        return hash((self.text, self.cure))

    def __repr__(self) -> str:
        return f"Say({str(self)!r})"

    def __str__(self) -> str:
        """The sentence in English, for logs and tests."""
        return self.text % self.values if self.values else self.text

    def as_json(self) -> dict[str, Any]:
        """What is stored: `{"text": …, "values": {…}}`, each value with its kind."""
        return {"text": self.text, "values": {name: _packed(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Say:
        """The inverse of `as_json`; the cure is not stored, for what helped then may not help now."""
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
