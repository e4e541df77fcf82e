"""Questions answered in rows: tables, the budget, indicators. Empty rows are ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, SelectField
from wtforms.form import BaseForm

from grants.forms.base import amounts
from grants.forms.numerals import LARGEST, language, limits, localized, written
from grants.forms.places import TOTAL, name_cells
from grants.forms.questions import LOOKS, PLACES, READERS, Typed, cost, figure, line, plain, quantity, stored, text_of
from grants.language import amount
from workflows.forms.completeness import CATEGORIES, Goal, Line
from workflows.programme import Question

MOST = 100
"""Maximum rows saved per question, whatever a call allows."""
BLANK = "__n__"
FIGURE = {"inputmode": "decimal", **limits(PLACES)}
UNREAD = "–"
"""The total of a line whose quantity or cost cannot be read."""


class Row(BaseForm):
    """One row. total and places (its number of decimals) apply to budget lines."""

    total: str = "0"
    places: int = 2

    @property
    def empty(self) -> bool:
        """Whether nothing was typed or ticked; a category alone does not count."""
        return not any(
            one.data if isinstance(one, BooleanField) else text_of(one)
            for one in self
            if not isinstance(one, SelectField)
        )

    def texts(self) -> dict[str, str]:
        """The cells as stored in JSON."""
        return {key: _text(one) for key, one in self._fields.items()}


def _text(one: Field) -> str:
    if isinstance(one, BooleanField):
        return "yes" if one.data else ""
    return category_of(one) if isinstance(one, SelectField) else stored(one)


@dataclass(slots=True)
class Rows:
    """The rows of one question, and a blank row as a template for more."""

    question: Question
    rows: list[Row]
    blank: Row
    errors: list[str] = field(default_factory=list)

    @property
    def filled(self) -> list[Row]:
        """The rows that are not empty."""
        return [row for row in self.rows if not row.empty]

    @property
    def wrong(self) -> bool:
        """Whether some cell cannot be parsed or saved."""
        return bool(self.errors) or any(row.errors for row in self.rows)


def rows_of(question: Question, sent: MultiDict[str, str], currency: str, *, more: bool = False) -> Rows:
    """The submitted rows, with an empty row added if there are none or if `more` is set."""
    numbers = sorted(
        {int(found[1]) for name in sent if (found := re.match(rf"{re.escape(question.key)}-([0-9]{{1,4}})-", name))}
    )
    read = [row for number in numbers if not (row := _row(question, str(number), currency, sent)).empty]
    rows = Rows(question, read, _row(question, BLANK, currency))
    if len(read) > MOST:
        rows.errors.append(gettext("There are %(count)s lines; enter at most %(most)s.", count=len(read), most=MOST))
    if more or not rows.rows:
        rows.rows.append(_row(question, str(max(numbers, default=-1) + 1), currency))
    for place, row in enumerate(rows.rows, 1):
        name_cells(question, row._fields, place)
    return rows


def _row(question: Question, number: str, currency: str, sent: MultiDict[str, str] | None = None) -> Row:
    row = Row(_fields(question, currency), prefix=f"{question.key}-{number}-")
    row.process(sent or MultiDict())
    row.validate()
    if question.kind == "budget":
        row.places = get_currency_precision(currency)
        _add_up(row, currency)
    return row


def _fields(question: Question, currency: str) -> dict[str, Any]:
    if question.kind == "budget":
        categories = {key: gettext(title) for key, title in CATEGORIES}
        return {
            "what": Typed(gettext("Item"), line),
            "category": SelectField(
                gettext("Category"), choices=categories, validate_choice=False, default=CATEGORIES[0][0]
            ),
            "quantity": Typed(gettext("Quantity"), quantity, render_kw=LOOKS["number"]),
            "unit_cost": Typed(gettext("Unit cost"), cost(currency), currency=currency, render_kw=amounts(currency)),
        }
    if question.kind == "indicators":
        return {
            "name": Typed(gettext("Indicator"), line),
            "unit": Typed(gettext("Unit"), line),
            "baseline": Typed(gettext("Baseline"), figure, render_kw=FIGURE),
            "target": Typed(gettext("Target"), figure, render_kw=FIGURE),
            "how": Typed(gettext("How it is measured"), line),
        }
    return {
        column.key: BooleanField(gettext(column.title))
        if column.kind == "tick"
        else Typed(gettext(column.title), READERS[column.kind], render_kw=LOOKS.get(column.kind))
        for column in question.columns
    }


def _add_up(row: Row, currency: str) -> None:
    """Set the row's total; if it is too large, add an error and ignore the unit cost."""
    total = line_of(row).total
    if total >= LARGEST:
        row["unit_cost"].errors = [gettext(TOTAL)]
        row["unit_cost"].data = None
        total = line_of(row).total
    row.total = UNREAD if row["quantity"].errors or row["unit_cost"].errors else _amount(total, currency)


def _amount(total: Decimal, currency: str) -> str:
    return amount(total, currency, language(), code=False)


def line_of(row: Row) -> Line:
    """The row as a budget line; cells that cannot be parsed are None."""
    numbers = row["quantity"].data, row["unit_cost"].data
    return Line(text_of(row["what"]), category_of(row["category"]), *numbers, row.places)


def category_of(one: Field) -> str:
    """The chosen category; “other” for an unknown one."""
    return str(one.data) if one.data in dict(CATEGORIES) else "other"


def goal_of(row: Row) -> Goal:
    """The row as an indicator; cells that cannot be parsed are None."""
    return Goal(
        text_of(row["name"]), text_of(row["unit"]), row["baseline"].data, row["target"].data, text_of(row["how"])
    )


def cells(question: Question, items: Sequence[Any]) -> list[Mapping[str, str]]:
    """Stored rows as the texts of their cells, with numbers in the format of the reader's language."""
    match question.kind:
        case "budget":
            return [
                {
                    "what": one.what,
                    "category": one.category,
                    "quantity": localized(plain(one.quantity)),
                    "unit_cost": "" if one.unit_cost is None else written(one.unit_cost, one.places),
                }
                for one in items
            ]
        case "indicators":
            return [
                {
                    "name": one.name,
                    "unit": one.unit,
                    "baseline": localized(plain(one.baseline)),
                    "target": localized(plain(one.target)),
                    "how": one.how,
                }
                for one in items
            ]
    numbers = {column.key for column in question.columns if column.kind == "number"}
    return [{key: localized(text) if key in numbers else text for key, text in one.items()} for one in items]
