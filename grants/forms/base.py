"""The base of all forms and the cleaning that every value goes through."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision
from flask import request
from flask_babel import gettext
from wtforms import Field, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError
from wtforms.widgets import TextInput

from workflows.printable import strange

LINE, TEXT = 300, 10_000
CENTS = 2
DIGITS = 30
"""More than any number that is kept has, before the point and after it."""
LARGEST = Decimal(10) ** 12
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d\d0")
"""A dot and three digits: 1.500 is 1500 for who writes French or Spanish, and 1.5 for who writes English."""


class Form(PlainForm):
    """A form of WTForms over what the request sent; the token against forging is checked for the whole application."""

    def __init__(self, **values: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **values)

    def sent(self) -> bool:
        """Whether it was sent and every field is clean."""
        return request.method == "POST" and self.validate()


JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"
"""What is not seen, and yet belongs to the spelling of Persian or the order of Arabic beside Latin."""
LOOKS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
"""What says only whether the sign before it is drawn as a letter or as a picture."""


def cleaned(text: str | None) -> str | None:
    """Composed characters, plain line ends, nothing at the edges, and nothing that cannot be seen or turns text round.

    Control characters, overrides of direction, zero-width spaces, private and unassigned characters are taken out; a
    text of nothing but joiners is empty.
    """
    if text is None:
        return None
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in lines if c in "\n\t" or c in JOINERS or _seen(c)).strip()
    return kept if kept.strip(JOINERS + " \n\t") else ""


def _seen(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in LOOKS


class Needed(InputRequired):
    """Something must be there: what is only spaces, seen or unseen, is nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse an empty field before anything else looks at it."""
        super().__call__(form, field)
        if not (cleaned(str(field.raw_data[0])) or "").strip():
            field.errors = []
            raise StopValidation(str(self.message))


def line(label: str, *, most: int = LINE, required: bool = True, printed: bool = False, **kw: Any) -> StringField:
    """A field of one line; one that is `printed` stands in letters."""
    rules = [Needed(f"Fill in “{label}”."), Length(max=most, message=f"Write {most} characters or fewer.")]
    rules += [_prints] if printed else []
    return StringField(label, rules[0 if required else 1 :], filters=[cleaned], **kw)


def _prints(_form: Any, field: Any) -> None:
    if characters := strange(field.data or ""):
        raise ValidationError(
            gettext("Our letters cannot print these characters: %(characters)s", characters=characters)
        )


class AmountField(Field):
    """An amount of money as people type it: "1,336.00", "1 336,00", "1336". `data` is a Decimal, or None."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: str, *, currency: str = "USD", required: bool = True, **kw: Any) -> None:
        super().__init__(label, [Needed(f"Fill in “{label}”.")] if required else [], **kw)
        self.currency = currency

    def process_formdata(self, values: list[str]) -> None:
        """Read the amount; a sentence says what is wrong with it."""
        self.data = None
        if values and values[0].strip():
            self.data = money(values[0], self.currency)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else written(self.data, get_currency_precision(self.currency), group=False)


class WholeField(Field):
    """A whole number from 1, or from `least`."""

    widget = TextInput()
    data: int | None

    def __init__(self, label: str, *, least: int = 1, most: int = 1_000, **kw: Any) -> None:
        super().__init__(label, [Needed(f"Fill in “{label}”.")], render_kw={"inputmode": "numeric"}, **kw)
        self.least, self.most = least, most

    def process_formdata(self, values: list[str]) -> None:
        """Read it, or say between which it must lie."""
        self.data = None
        if values and values[0].strip():
            value = number(values[0])
            if value != int(value) or not self.least <= value <= self.most:
                raise ValidationError(
                    gettext("Write a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
                )
            self.data = int(value)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ("" if self.data is None else str(self.data))


def written(amount: Decimal, places: int, *, group: bool = True) -> str:
    """An amount as a field holds it: so that it is read back as the same, which 1.500 would not be."""
    text = f"{round(amount, places):{',' if group else ''}.{places}f}"
    return text.rstrip("0").rstrip(".") if places > CENTS else text


def money(text: str, currency: str) -> Decimal:
    """The amount, with no more decimals than the currency has; raises ValidationError with the sentence."""
    amount = number(text)
    places = get_currency_precision(currency)
    if amount != round(amount, places):
        raise ValidationError(f"{currency} has {places} decimals; write no more.")
    if amount < 0:
        raise ValidationError("Write an amount of zero or more.")
    return round(amount, places)


def number(text: str) -> Decimal:
    """A number as people type it; raises ValidationError. A last comma with one or two digits is a decimal comma.

    What may mean a thousand times as much in another language is refused and not guessed.
    """
    bare = (
        text.strip()
        .replace("\N{NO-BREAK SPACE}", "")
        .replace("\N{NARROW NO-BREAK SPACE}", "")
        .replace(" ", "")
        .replace("’", "")
    )
    if THOUSANDS.fullmatch(bare):
        plain, thousand = bare.rstrip("0").rstrip("."), bare.replace(".", "")
        raise ValidationError(
            f"“{bare}” may mean {thousand} or {plain}: write it without the dot, or with fewer digits."
        )
    head, comma, tail = bare.rpartition(",")
    if comma and "." not in tail and len(tail) in (1, 2) and "," not in head:
        bare = f"{head.replace('.', '')}.{tail}"
    bare = bare.replace(",", "")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        raise ValidationError("Give a number, such as 0 or 12.50.") from None
    if not value.is_finite() or value.copy_abs() >= LARGEST:
        raise ValidationError("Write a number below a million million.")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and not -DIGITS <= exponent <= DIGITS:
        raise ValidationError("Write the number out, such as 0 or 12.50.")
    return value
