"""What was entered into the form of a request, with its labels, so that the page of a refusal can repeat it.

Each form that reads the request notes its fields here. A form that is refused before it is read has no labels; the
names of its fields stand in their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from flask import g
from flask_babel import gettext
from wtforms import BooleanField, Field, SelectField
from wtforms.validators import ValidationError

from workflows.engine.message import Value

SECRETS = "password"
"""Part of the name of each field whose content is never repeated."""
OURS = frozenset(
    {"csrf_token", "idempotency_key", "version", "draft", "marks", "next", "kept", "list", "submission", "fund"}
    | {"then", "add", "carried"}
)
"""Names of hidden fields and buttons. Nobody types into them, unless a form has noted a field of this name."""
MARKER = "has-"
"""Beginning of the names of fields that mark the end of a section."""


class Entry(NamedTuple):
    """Something that was typed, chosen or ticked, beside its label. A page formats the values for its reader."""

    label: str
    values: tuple[Value, ...]


class Known(NamedTuple):
    """What is known of a field.

    options: labels of its choices, by value. tick: whether it is a box to tick. read: the value of what was typed, such
    as a day; raises ValidationError if it cannot be read.
    """

    label: str
    options: Mapping[str, str]
    tick: bool = False
    read: Callable[[str], Value] = str


def note(fields: Iterable[Field], row: str = "") -> None:
    """Remember the fields of a form. row: the label of the row that they stand in.

    A field whose class has the method `value_of` is shown with the value that it reads.
    """
    for field in fields:
        _noted()[field.name] = partial(_known, field, row)


def note_known(name: str, known: Known) -> None:
    """Remember a field that is not one of WTForms."""
    _noted()[name] = lambda: known


def _noted() -> dict[str, Callable[[], Known]]:
    """What is known of the fields of this request, by name; asked for when the choices of a form are complete."""
    noted: dict[str, Callable[[], Known]] = g.setdefault("entered", {})
    return noted


def repeatable(name: str) -> bool:
    """Whether the content of a field with this name may be repeated."""
    return SECRETS not in name


def entries(sent: Iterable[tuple[str, str]]) -> list[Entry]:
    """What was entered, in the order of the form, without passwords, hidden and empty fields."""
    found: dict[str, list[str]] = {}
    for name, text in sent:
        clean = text.replace("\x00", "").replace("\r\n", "\n").strip()
        if clean and repeatable(name) and not _is_ours(name):
            found.setdefault(name, []).append(clean)
    return [_entry(name, texts) for name, texts in found.items()]


def _is_ours(name: str) -> bool:
    return name not in _noted() and (name in OURS or name.startswith(MARKER))


def _entry(name: str, texts: list[str]) -> Entry:
    known = _noted()[name]() if name in _noted() else Known(_readable(name), {})
    return Entry(known.label, tuple(_value(known, text) for text in texts))


def _value(known: Known, text: str) -> Value:
    if known.tick:
        return gettext("Yes")
    try:
        return known.options[text] if text in known.options else known.read(text)
    except ValidationError:
        return text


def _known(field: Any, row: str) -> Known:
    label = f"{row}: {field.label.text}" if row else str(field.label.text)
    read = getattr(field, "value_of", str)
    return Known(label, _options(field), tick=isinstance(field, BooleanField), read=read)


def _options(field: Any) -> dict[str, str]:
    if not isinstance(field, SelectField) or field.choices is None:
        return {}
    return {str(choice[0]): str(choice[1]) for choice in field.iter_choices()}


def _readable(name: str) -> str:
    """The name of a field as a label, with the rows of a table counted from one."""
    if cell := re.fullmatch(r"(\w+)-(\d+)-(\w+)", name):
        table, column = _words(cell[1]), _words(cell[3])
        return gettext("%(table)s, line %(number)s: %(column)s", table=table, number=int(cell[2]) + 1, column=column)
    return _words(name)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize()
