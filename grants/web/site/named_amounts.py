"""The button of a form that names the amount it acts on: “Award USD 20,000.00”, also while the amount is typed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_precision
from flask_babel import gettext
from wtforms.validators import ValidationError

from grants.forms import numerals
from grants.forms.base import money
from grants.web.site.formats import amount, translate
from workflows.engine.flow import Transition


@dataclass(frozen=True, slots=True)
class NamedAmount:
    """The text of a button with the amount of a field, and what its script needs to follow that field.

    text: with the amount in the field at first; plain: without an amount. pattern: the text with "#" for the number.
    field: the id of the field. places: decimals of the currency. comma, dot: what these signs mean to the writer.
    signs: what may stand beside an amount, separated by spaces.
    """

    text: str
    plain: str
    pattern: str
    field: str
    places: int
    comma: str
    dot: str
    signs: str


def named_amount(transition: Transition, typed: str, currency: str) -> NamedAmount | None:
    """The button of this transition; None if it names no amount. typed: what its field contains."""
    field = next((field for field in transition.fields if field.kind == "amount"), None)
    if field is None or not transition.title_with_amount:
        return None
    habits, plain = numerals.habits(), translate(transition.title)
    zero, number = amount(Decimal(0), currency), amount(Decimal(0), currency, code=False)
    return NamedAmount(
        text=_titled(transition, amount(value, currency)) if (value := _read(typed, currency)) else plain,
        plain=plain,
        pattern=_titled(transition, zero.replace(number, "#")),
        field=f"{transition.key}-{field.key}",
        places=get_currency_precision(currency),
        comma=habits.comma,
        dot=habits.dot,
        signs=" ".join(sorted(numerals.signs(currency))),
    )


def _titled(transition: Transition, shown: str) -> str:
    return gettext(transition.title_with_amount, amount=shown)


def _read(typed: str, currency: str) -> Decimal | None:
    """The amount in the field; None if there is none above zero."""
    try:
        value = money(typed, currency) if typed else None
    except ValidationError:
        return None
    return value if value and value > 0 else None
