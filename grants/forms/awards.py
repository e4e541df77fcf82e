"""Distribution of a partial award over the lines of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision
from wtforms import Field

from grants.forms.base import AmountField, Form
from grants.models import Award, AwardLine


class DivisionForm(Form):
    """An amount for each line; `of` adds the fields. The policy checks whether they add up."""

    parts: tuple[tuple[AwardLine, Field], ...]

    @classmethod
    def of(cls, award: Award, lines: Sequence[AwardLine]) -> DivisionForm:
        """The form of these lines with the submitted values, else with the agreed amounts."""
        fields = {_name(line): AmountField(line.what, currency=award.currency) for line in lines}
        made: type[DivisionForm] = type("DivisionForm", (cls,), fields)
        places = get_currency_precision(award.currency)
        form = made(**{_name(line): round(line.agreed, places) for line in lines})
        form.parts = tuple((line, form[_name(line)]) for line in lines)
        return form

    def values(self) -> dict[int, Decimal]:
        """The arguments of `services.awards.divide`, once the form is valid."""
        return {line.id: field.data for line, field in self.parts}


def _name(line: AwardLine) -> str:
    return f"line_{line.id}"
