"""Contributions to a fund, and allocations to its calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies
from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import ValidationError

from grants.forms.base import AmountField, ChoiceField, Form, line, needed
from grants.forms.days import YEARS, wrong_year
from grants.forms.numerals import digits
from workflows.forms.values import whole

CURRENCIES = frozenset(code for land in Locale("en").territories for code in get_territory_currencies(str(land)))
"""Currencies in use today; without metals, test codes and former currencies."""


class YearField(IntegerField):
    """A year in which a fund can receive money."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Parse the year; raises ValidationError with the years that are allowed."""
        self.data, text = None, valuelist[0].strip() if valuelist else ""
        if not text:
            return
        self.data = digits(text)
        if self.data not in YEARS:
            raise wrong_year()


class FundForm(Form):
    """A new fund with its contribution."""

    title = line(lazy_gettext("Name of the fund"), most=120, missing=lazy_gettext("Enter the name of the fund."))
    year = YearField(lazy_gettext("Year"), [needed(lazy_gettext("Enter the year."))])
    currency = line(
        lazy_gettext("Currency"),
        missing=lazy_gettext("Enter the currency."),
        description=lazy_gettext("Three letters, such as USD."),
        default="USD",
    )
    amount = AmountField(
        lazy_gettext("Amount received"), above_zero=True, missing=lazy_gettext("Enter the amount received.")
    )
    source = line(lazy_gettext("Source"), most=300, required=False, description=lazy_gettext("Shown with the fund."))

    confirmed = BooleanField(
        lazy_gettext("I understand that the contribution cannot be removed."),
        [needed(lazy_gettext("Tick the box to confirm."))],
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.currency.data = (self.currency.data or "").upper()
        if request.method == "POST" and self.currency.data in CURRENCIES:
            self.amount.currency = self.currency.data
            self.amount.process(request.form)

    def values(self) -> dict[str, Any]:
        """The arguments of `services.funds.receive`, once the form is valid."""
        return {
            "title": self.title.data,
            "year": self.year.data,
            "currency": self.currency.data,
            "amount": self.amount.data,
            "source": self.source.data or "",
        }

    def validate_currency(self, field: Any) -> None:
        """Require a currency in use today."""
        if field.data not in CURRENCIES:
            raise ValidationError(gettext("Enter the three-letter currency code, such as USD."))


class EnvelopeForm(Form):
    """An allocation of the fund's money to one of its calls, or its return. The view offers the calls."""

    call = ChoiceField(lazy_gettext("Call"), wrong=lazy_gettext("Select a call."), coerce=whole)
    way = RadioField(lazy_gettext("Action"), choices={}, default="aside")
    amount = AmountField(lazy_gettext("Amount"), above_zero=True, missing=lazy_gettext("Enter the amount."))

    @classmethod
    def over(cls, calls: Sequence[tuple[int, str]], currency: str) -> EnvelopeForm:
        """The form with the calls of a fund, in the fund's currency."""
        form = cls()
        form.call.choices = list(calls)
        form.way.choices = {"aside": gettext("Allocate to the call"), "back": gettext("Return to the fund")}
        form.amount.currency = currency
        form.amount.label.text = gettext("Amount, %(currency)s", currency=currency)
        if request.method == "POST":
            form.amount.process(request.form)
        return form

    def values(self) -> dict[str, Any]:
        """The arguments of `services.calls.fund` and `unfund`, once the form is valid."""
        return {"amount": self.amount.data}
