"""A part award divided over the lines of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision
from wtforms import Field

from grants.forms.base import AmountField, Form
from grants.models import Award, BudgetLine


class DivisionForm(Form):
    """An amount for each line; the fields are added by `of`. Whether they add up is for the policy to say."""

    parts: tuple[tuple[BudgetLine, Field], ...]

    @classmethod
    def of(cls, award: Award, lines: Sequence[BudgetLine]) -> DivisionForm:
        """The form of these lines as the request sent it, else as they are agreed."""
        fields = {_name(line): AmountField(line.what, currency=award.currency) for line in lines}
        made: type[DivisionForm] = type("DivisionForm", (cls,), fields)
        places = get_currency_precision(award.currency)
        form = made(**{_name(line): round(line.agreed or Decimal(0), places) for line in lines})
        form.parts = tuple((line, form[_name(line)]) for line in lines)
        return form

    def values(self) -> dict[int, Decimal]:
        """What `services.awards.divide` takes, once the form is clean."""
        return {line.id: field.data for line, field in self.parts}


def _name(line: BudgetLine) -> str:
    return f"line_{line.id}"
