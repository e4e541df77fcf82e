"""Money coming into a fund, and money set aside for a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies
from flask import request
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from grants.forms.base import AmountField, Form, Needed, line

YEARS = "Write a year from 2000 to 2100."
CURRENCIES = frozenset(code for land in Locale("en").territories for code in get_territory_currencies(str(land)))
"""Those that are paid with somewhere today: no metals, no test codes, nothing that has gone."""


def more_than_nothing(field: AmountField) -> None:
    """An amount moves something."""
    if field.data is not None and field.data <= 0:
        raise ValidationError("Write an amount above zero.")


class FundForm(Form):
    """A contribution that opens a fund."""

    title = line("Name of the fund", most=120)
    year = IntegerField("Year", [Needed("Fill in “Year”."), NumberRange(2000, 2100, message=YEARS)])
    currency = line("Currency", most=3, description="Three letters, such as USD.", default="USD")
    amount = AmountField("Amount received")
    source = line(
        "Where it comes from", most=300, required=False, description="It stands in the ledger, for the auditor."
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.currency.data = (self.currency.data or "").upper()
        if request.method == "POST" and self.currency.data in CURRENCIES:
            self.amount.currency = self.currency.data
            self.amount.process(request.form)

    def values(self) -> dict[str, Any]:
        """What `services.funds.receive` takes, once the form is clean."""
        return {
            "title": self.title.data,
            "year": self.year.data,
            "currency": self.currency.data,
            "amount": self.amount.data,
            "source": self.source.data or "",
        }

    def validate_currency(self, field: Any) -> None:
        """It is one that somewhere is paid with."""
        if field.data not in CURRENCIES:
            raise ValidationError("Write the three letters of a currency, such as USD.")

    def validate_amount(self, field: AmountField) -> None:
        """It moves something."""
        more_than_nothing(field)


class EnvelopeForm(Form):
    """Money of the fund for one of its calls, or back from it; the calls are handed in by the view."""

    call = SelectField("Call", [InputRequired("Choose a call.")], coerce=int)
    way = RadioField("Which way", choices={"aside": "Set it aside", "back": "Take it back"}, default="aside")
    amount = AmountField("Amount")

    @classmethod
    def over(cls, calls: Sequence[tuple[int, str]], currency: str) -> EnvelopeForm:
        """The form over the calls of a fund, in the fund's currency."""
        form = cls()
        form.call.choices = list(calls)
        form.amount.currency = currency
        if request.method == "POST":
            form.amount.process(request.form)
        return form

    def values(self) -> dict[str, Any]:
        """What `services.calls.fund` and `unfund` take, once the form is clean."""
        return {"amount": self.amount.data}

    def validate_amount(self, field: AmountField) -> None:
        """It moves something."""
        more_than_nothing(field)
