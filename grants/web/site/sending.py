"""A form that could not be processed, carried in a page until it can be submitted again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from flask import request

from grants.forms.entered import Entry, repeatable

KEY = "idempotency_key"
OF_THE_PAGE = frozenset({KEY, "csrf_token"})
"""Fields that belong to the page and not to what was entered."""
CARRIED = "carried"
"""The field of the sign-in form that holds the form to be submitted afterwards."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A form as it was sent, without passwords and the content of files.

    to: its address. fields: names and texts, in order. files: names of the fields that held a file.
    """

    to: str
    fields: Sequence[tuple[str, str]]
    files: Sequence[str] = ()

    def text_of(self, name: str) -> str:
        """The first text with this name, or empty."""
        return next((text for found, text in self.fields if found == name), "")

    def without(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """The fields, except those with these names."""
        left_out = frozenset(names)
        return [item for item in self.fields if item[0] not in left_out]

    def packed(self) -> str:
        """The form as the text of one field."""
        return json.dumps(asdict(self), ensure_ascii=False)


class Action(NamedTuple):
    """What a form does, empty where its address does not tell, and the name of what it is done to."""

    title: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class SendAgainPage:
    """A form that was not processed, ready to be submitted.

    action: what it does. key: its idempotency key, if it may still be used; else it gets a new one. typed: what it
    holds, as it is shown.
    """

    title: str
    text: str
    sending: Sending
    action: Action
    key: str = ""
    typed: Sequence[Entry] = ()

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields that were entered."""
        return self.sending.without(OF_THE_PAGE)


def received() -> Sending:
    """The form of this request."""
    return Sending(
        to=request.full_path.removesuffix("?"),
        fields=[item for item in request.form.items(multi=True) if repeatable(item[0])],
        files=[name for name, file in request.files.items(multi=True) if file.filename],
    )


def unpacked(text: str) -> Sending | None:
    """The form in the text of a field; None if it holds none."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # a half of a pair of signs could be neither shown nor sent on
        fields = [(str(name), str(value)) for name, value in found["fields"]]
        return Sending(local(str(found["to"])), fields, [str(name) for name in found["files"]])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def local(target: str) -> str:
    """The target if it is a path on this site, else an empty string. Browsers drop tabs and line ends."""
    foreign = target.startswith("//") or "\\" in target or not target.isprintable()
    return target if target.startswith("/") and not foreign else ""
