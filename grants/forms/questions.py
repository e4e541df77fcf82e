"""A field for each kind of question. A field keeps the typed text even if it cannot be parsed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from grants.forms import days
from grants.forms.base import money, named
from grants.forms.cleaning import cleaned, on_one_line
from grants.forms.numerals import limits, number
from grants.forms.places import DAY, LEAST
from workflows.engine.message import Value
from workflows.forms import values
from workflows.forms.questions import AMOUNTS
from workflows.programme import CallRules, Question

LONGEST = 20_000
"""Maximum characters of one answer; a longer one is not saved and gets an error."""
MONTHS, PLACES = 120, 3

Reader = Callable[[str], Any]


class Typed(StringField):
    """A field of one line. `data` is the result of `read`, None if parsing fails; `text` is the typed text.

    currency: of the amount that it holds.
    """

    def __init__(self, label: str, read: Reader, *, currency: str = "", **kw: Any) -> None:
        super().__init__(label, **kw)
        self.read, self.text, self.currency = read, "", currency

    def process_formdata(self, values: list[str]) -> None:
        """Parse the text; WTForms adds the message of a ValidationError to the field's errors."""
        self.text = re.sub(" +", " ", on_one_line(cleaned(values[0])) or "") if values else ""
        self.data = None
        if self.text:
            self.data = self.read(self.text)

    def value_of(self, text: str) -> Value:
        """The value of a text; raises ValidationError."""
        value: Value = self.read(text)
        if isinstance(value, Decimal) and self.currency:
            return named(value, self.currency, str(self.label.text))
        return value

    def _value(self) -> str:
        return self.text


class Long(TextAreaField):
    """A field of several paragraphs."""

    def process_formdata(self, values: list[str]) -> None:
        """Clean the text; raises ValidationError if it is too long."""
        self.data = self.text = (cleaned(values[0]) or "") if values else ""
        line(self.text)


def line(text: str) -> str:
    """The text itself; raises ValidationError if it is too long."""
    if len(text) > LONGEST:
        raise ValidationError(
            gettext("Enter %(most)s characters or fewer: you entered %(count)s.", count=len(text), most=LONGEST)
        )
    return text


def day(text: str) -> date:
    """Parse an ISO date; raises ValidationError."""
    return days.day(text, gettext(DAY))


def months(allowed: int) -> Reader:
    """A reader of a whole number of months. allowed: the most that the call allows, which its error names.

    More months than that are read: the rule of the call says how many there are.
    """

    def read(text: str) -> int:
        wrong = gettext("Enter a whole number of months from 1 to %(most)s.", most=allowed)
        try:
            count = number(text)
        except ValidationError:
            raise ValidationError(wrong) from None
        if count != count.to_integral_value() or not 1 <= count <= MONTHS:
            raise ValidationError(wrong)
        return int(count)

    return read


def months_allowed(rules: CallRules) -> int:
    """The maximum duration that a call allows, in months."""
    limited = any(spec.key == "longest" for spec in rules.rules)
    return min(rules.months_most, MONTHS) if limited else MONTHS


def figure(text: str) -> Decimal:
    """Parse a number with at most three decimals; raises ValidationError."""
    found = number(text)
    if found != round(found, PLACES):
        raise ValidationError(gettext("Enter at most three decimal places."))
    return found


def quantity(text: str) -> Decimal:
    """Parse a number of zero or more; raises ValidationError."""
    found = figure(text)
    if found < 0:
        raise ValidationError(gettext(LEAST))
    return found


def cost(currency: str) -> Reader:
    """A reader of amounts in this currency."""

    def read(text: str) -> Decimal:
        return money(text, currency)

    return read


READERS: dict[str, Reader] = {"text": line, "date": day, "number": quantity}
LOOKS: dict[str, dict[str, Any]] = {
    "date": {"type": "date"},
    "number": {"inputmode": "decimal", **limits(PLACES, least=0)},
    "months": {"inputmode": "numeric", **limits(0, least=1, most=MONTHS)},
}


def field_of(question: Question, currency: str, allowed: int) -> Any:
    """The unbound field of a question without rows; labels are in the reader's language. allowed: months."""
    label = gettext(question.label)
    money_of = currency if question.key in AMOUNTS else ""
    if money_of:
        label = gettext("%(label)s, %(currency)s", label=label, currency=currency)
    options = {key: gettext(title) for key, title in question.options}
    match question.kind:
        case "long":
            return Long(label)
        case "choice":
            return RadioField(label, choices=options, validate_choice=False)
        case "tags":
            return SelectMultipleField(label, choices=options, validate_choice=False)
        case "tick":
            return BooleanField(label)
    if question.fact and question.kind == "number":
        return Typed(label, months(allowed), render_kw=LOOKS["months"])
    return Typed(label, READERS[question.kind], currency=money_of, render_kw=LOOKS.get(question.kind))


def text_of(field: Field) -> str:
    """The typed text of a field; empty for check boxes and choices."""
    return str(getattr(field, "text", ""))


def answer_of(question: Question, field: Field) -> Any:
    """The value to store: a fact in its column's type, other answers as JSON. Unparsable text stays as typed."""
    known = dict(question.options)
    match question.kind:
        case "tick":
            return bool(field.data)
        case "tags":
            return [key for key in field.data or () if key in known]
        case "choice":
            return field.data if field.data in known else None
        case "text" | "long":
            return text_of(field)
    if question.fact:
        return field.data
    return stored(field)


def stored(field: Field) -> str:
    """A date or number as locale-independent text; text that cannot be parsed as typed.

    A refused text that has the form of a stored number, such as 1.500, gets a space at its end: nobody reads it as one.
    """
    value: object = field.data
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(value)
    text = text_of(field)
    return f"{text} " if values.NUMBER.fullmatch(text) else text


def plain(value: Decimal | int | None) -> str:
    """A number as text, without trailing zeros and exponent; empty for None."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
