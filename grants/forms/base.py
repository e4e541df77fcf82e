"""Base class of all forms, and common fields."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask import request
from flask_babel import get_translations, gettext, lazy_gettext, ngettext
from wtforms import Field, RadioField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, StopValidation, ValidationError
from wtforms.widgets import TextInput

from grants.forms import entered
from grants.forms.cleaning import cleaned, on_one_line
from grants.forms.numerals import language, limits, number, written
from grants.forms.places import AMOUNT
from grants.language import amount
from workflows.engine.message import N_, Money, Value
from workflows.forms.extent import CHARACTERS, excesses
from workflows.forms.printable import strange

LINE, TEXT = 300, CHARACTERS
TOO_MUCH = {
    "characters": N_("Enter %(most)s characters or fewer in “%(label)s”: you entered %(count)s."),
    "lines": N_("Enter %(most)s lines or fewer in “%(label)s”: you entered %(count)s."),
    "word": N_("Enter words of %(most)s characters or fewer in “%(label)s”: one has %(count)s."),
}

BUILT_IN = {"Not a valid choice.": N_("Not a valid choice.")}
"""The sentences of WTForms itself that our forms can show."""


class Translated(DefaultMeta):
    """The settings of all forms: sentences of WTForms come from the catalogues of pages."""

    def get_translations(self, form: Any) -> Any:
        """The translations of the request."""
        return get_translations()


class Form(PlainForm):
    """A WTForms form over the request's data; the CSRF token is checked for the whole application."""

    Meta = Translated

    def __init__(self, **values: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **values)
        entered.note(self)

    def sent(self) -> bool:
        """Whether the form was submitted and every field is valid."""
        return request.method == "POST" and self.validate()


class Needed(InputRequired):
    """A value is required; spaces and invisible characters alone do not count."""

    def __call__(self, form: Any, field: Any) -> None:
        """Reject an empty field before any other validator runs."""
        super().__call__(form, field)
        if not (cleaned(str(field.raw_data[0])) or "").strip():
            field.errors = []
            raise StopValidation(str(self.message))


def needed(missing: str) -> Needed:
    """Reject an empty field. missing: the sentence for it, such as "Enter the name of the fund."."""
    return Needed(missing)


def line(
    label: str, *, most: int = LINE, required: bool = True, printed: bool = False, missing: str = "", **kw: Any
) -> StringField:
    """A field of one line.

    missing: the error if it is required and empty. printed: it is printed in letters, so the fonts must have it.
    """
    rules = [needed(missing), at_most(most)]
    rules += [_prints] if printed else []
    return StringField(label, rules[0 if required else 1 :], filters=[cleaned, on_one_line], **kw)


def at_most(most: int) -> Callable[[Any, Any], None]:
    """A validator that rejects a text of more characters."""

    def checked(_form: Any, field: Any) -> None:
        if (count := len(field.data or "")) > most:
            raise _too_much("characters", field.label.text, most, count)

    return checked


def fits(_form: Any, field: Any) -> None:
    """Reject a text for which documents have no room."""
    refuse_excess(field.data or "", field.label.text)


def refuse_excess(text: str, label: str) -> None:
    """Raise ValidationError for a text for which documents have no room. label: of its field."""
    for excess in excesses(text):
        raise _too_much(excess.of, label, excess.most, excess.size)


def _too_much(of: str, label: str, most: int, count: int) -> ValidationError:
    return ValidationError(gettext(TOO_MUCH[of], label=label, most=f"{most:,}", count=f"{count:,}"))


def _prints(_form: Any, field: Any) -> None:
    if characters := strange(field.data or ""):
        raise ValidationError(
            gettext(
                "Remove these characters from “%(label)s”, because they cannot be printed in our letters: "
                "%(characters)s",
                label=field.label.text,
                characters=characters,
            )
        )


class ChoiceField(SelectField):
    """One of several choices; an unknown or missing one is answered with its own sentence, `wrong`."""

    def __init__(self, label: str, *, wrong: str, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the choice; a value of another type is none of the choices."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None

    def pre_validate(self, form: Any) -> None:
        """Require one of the choices."""
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError(str(self.wrong)) from None


class OptionField(RadioField):
    """One of several options, or none yet. Any other value is refused, and then the stored one stays selected.

    `choices` is a dictionary of the values and their labels.
    """

    def pre_validate(self, form: Any) -> None:
        """Refuse a value that the page does not offer."""
        if self.data and self.data not in list(self.choices or ()):
            self.data = self.object_data
            raise ValidationError(gettext("Select one of the answers."))


class AmountField(Field):
    """An amount as people type it: "1,336.00", "1 336,00", "USD 1336". `data` is a Decimal, or None.

    missing: the error if it is required and empty; the general one names the label.
    """

    widget = TextInput()
    data: Decimal | None

    def __init__(
        self,
        label: str,
        *,
        currency: str = "USD",
        required: bool = True,
        above_zero: bool = False,
        missing: str = "",
        **kw: Any,
    ) -> None:
        kw.setdefault("render_kw", amounts(currency, above_zero=above_zero))
        missing = missing or lazy_gettext("Enter an amount for “%(label)s”.", label=label)
        super().__init__(label, [needed(missing)] if required else [], **kw)
        self.currency, self.above_zero = currency, above_zero

    def process_formdata(self, values: list[str]) -> None:
        """Parse the amount; raises ValidationError with the reason. A form without the field leaves it as it is."""
        if not values:
            return
        self.data = None
        if values[0].strip():
            self.data = money(values[0], self.currency, above_zero=self.above_zero)

    def value_of(self, text: str) -> Value:
        """The amount of a text; raises ValidationError."""
        return named(money(text, self.currency, above_zero=self.above_zero), self.currency, str(self.label.text))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else written(self.data, get_currency_precision(self.currency), group=False)


def named(total: Decimal, currency: str, label: str) -> Value:
    """An amount as it stands beside a label: with its currency, unless the label names it."""
    return amount(total, currency, language(), code=False) if currency in label else Money(total, currency)


def amounts(currency: str, *, above_zero: bool = False) -> dict[str, str]:
    """The attributes of a field for an amount. Whether it is above zero is left to the server."""
    places = get_currency_precision(currency)
    return {"inputmode": "decimal", **({} if above_zero else limits(places, least=0, currency=currency))}


class WholeField(Field):
    """A whole number from 1, or from `least`."""

    widget = TextInput()
    data: int | None

    def __init__(self, label: str, *, least: int = 1, most: int = 1_000, **kw: Any) -> None:
        missing = lazy_gettext("Enter a number for “%(label)s”.", label=label)
        super().__init__(label, [needed(missing)], render_kw={"inputmode": "numeric"}, **kw)
        self.least, self.most = least, most

    def process_formdata(self, values: list[str]) -> None:
        """Parse the number; raises ValidationError with the allowed range."""
        self.data = None
        if values and values[0].strip():
            wrong = gettext("Enter a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            value = number(values[0], wrong)
            if value != int(value) or not self.least <= value <= self.most:
                raise ValidationError(wrong)
            self.data = int(value)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ("" if self.data is None else str(self.data))


def money(text: str, currency: str, *, above_zero: bool = False) -> Decimal:
    """The amount, with at most as many decimals as the currency has; raises ValidationError with the reason."""
    wanted = gettext(AMOUNT)
    if above_zero:
        wanted = gettext("Enter an amount above zero, such as 1,250.")
    total = number(text, wanted, currency=currency)
    places = get_currency_precision(currency)
    if total != round(total, places):
        raise ValidationError(
            ngettext(
                "Enter an amount in %(currency)s with at most %(num)s decimal place.",
                "Enter an amount in %(currency)s with at most %(num)s decimal places.",
                places,
                currency=currency,
            )
        )
    if total < 0 or (above_zero and not total):
        raise ValidationError(wanted if above_zero else gettext("Enter an amount of zero or more."))
    return round(total, places)
