"""The form of a transition, made from its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext
from wtforms.validators import ValidationError

from grants.forms import days, entered
from grants.forms.base import money, named, refuse_excess
from grants.forms.cleaning import cleaned, on_one_line
from grants.forms.entered import Known
from workflows.engine.flow import Field, Transition
from workflows.engine.message import N_, Value

CONFIRMED = "confirmed"
"""The name of the box that confirms a final transition."""


class Unclear(ValueError):
    """Some fields cannot be parsed, or the tick is missing.

    errors: a message per field. values: the input. found: what could be parsed.
    """

    def __init__(self, errors: Mapping[str, str], values: Mapping[str, str], found: Mapping[str, Any]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors, self.values, self.found = errors, values, found


def answers(transition: Transition, sent: Mapping[str, str], currency: str) -> dict[str, Any]:
    """The parsed values by field; raises Unclear. The flow checks whether they suffice."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in transition.fields:
        text = cleaned(sent.get(field.key)) or ""
        text = text if field.kind == "text" else on_one_line(text) or ""
        try:
            found[field.key] = _read(field, text, currency)
        except ValidationError as error:
            errors[field.key] = str(error)
    if errors:
        raise Unclear(errors | _unconfirmed(transition, sent), sent, found)
    return found


def note(fields: Iterable[Field], currency: str) -> None:
    """Remember the fields of a transition, for the page that repeats what was entered."""
    for field in fields:
        options = {key: gettext(title) for key, title in field.options}
        read = partial(_value_of, field, currency=currency)
        entered.note_known(field.key, Known(gettext(field.label), options, tick=field.kind == "tick", read=read))


def _value_of(field: Field, text: str, *, currency: str) -> Value:
    """The value of a text, as a page shows it; raises ValidationError."""
    value: Value = _read(field, text, currency)
    return named(value, currency, gettext(field.label)) if isinstance(value, Decimal) else value


def require_confirmation(transition: Transition | None, sent: Mapping[str, str], found: Mapping[str, Any]) -> None:
    """Raise Unclear if the form of the transition has a box to tick before it is applied, and this is not ticked."""
    if transition and (missing := _unconfirmed(transition, sent)):
        raise Unclear(missing, sent, found)


def _unconfirmed(transition: Transition, sent: Mapping[str, str]) -> dict[str, str]:
    if not transition.final or sent.get(CONFIRMED) == "yes":
        return {}
    return {CONFIRMED: gettext("Tick the box to confirm.")}


def _read(field: Field, text: str, currency: str) -> Any:
    if not text:
        return None
    match field.kind:
        case "amount":
            return money(text, currency, above_zero=True)
        case "day" | "instant" | "tick":
            return READERS[field.kind](text)
        case "choice" if text not in dict(field.options):
            raise ValidationError(gettext(field.missing or N_("Select one of the answers.")))
    refuse_excess(text, gettext(field.label))
    return text


READERS: dict[str, Callable[[str], Any]] = {
    "day": lambda text: days.day(text, gettext("Enter a date, such as 2026-03-01.")),
    "instant": days.instant,
    "tick": lambda _: True,
}
"""How the values of some kinds of field are read."""
