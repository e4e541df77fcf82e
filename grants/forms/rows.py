"""Questions that are answered in rows: tables, the budget, indicators. An empty row is no row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import get_currency_precision
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, SelectField
from wtforms.form import BaseForm

from grants.forms.base import LARGEST, written
from grants.forms.questions import LOOKS, READERS, Typed, cost, figure, line, plain, quantity, stored, text_of
from workflows.programme import Question
from workflows.proposal import CATEGORIES, Goal, Line

MOST = 100
"""Rows of one question that are kept, whatever a call allows."""
BLANK = "__n__"


class Row(BaseForm):
    """One row; `total`, and how many places it has, are for budget lines."""

    total: str = "0"
    places: int = 2

    @property
    def empty(self) -> bool:
        """Nothing was typed and nothing ticked; a category alone is nothing."""
        return not any(
            one.data if isinstance(one, BooleanField) else text_of(one)
            for one in self
            if not isinstance(one, SelectField)
        )

    def texts(self) -> dict[str, str]:
        """Each cell as it is stored in JSON."""
        return {key: _text(one) for key, one in self._fields.items()}


def _text(one: Field) -> str:
    if isinstance(one, BooleanField):
        return "yes" if one.data else ""
    return category_of(one) if isinstance(one, SelectField) else stored(one)


@dataclass(slots=True)
class Rows:
    """The rows of one question, and what it takes to draw one more."""

    question: Question
    rows: list[Row]
    blank: Row
    errors: list[str] = field(default_factory=list)

    @property
    def filled(self) -> list[Row]:
        """The rows that are rows."""
        return [row for row in self.rows if not row.empty]

    @property
    def wrong(self) -> bool:
        """Whether some cell cannot be read or kept."""
        return bool(self.errors) or any(row.errors for row in self.rows)


def rows_of(question: Question, sent: MultiDict[str, str], currency: str, *, more: bool = False) -> Rows:
    """The rows that were sent, with one empty row where there is none or one more is asked for."""
    numbers = sorted(
        {int(found[1]) for name in sent if (found := re.match(rf"{re.escape(question.key)}-(\d{{1,4}})-", name))}
    )
    read = [row for number in numbers if not (row := _row(question, str(number), currency, sent)).empty]
    rows = Rows(question, read[:MOST], _row(question, BLANK, currency))
    if len(read) > MOST:
        rows.errors.append(gettext("%(count)s rows; at most %(most)s can be kept.", count=len(read), most=MOST))
    if more or not rows.rows:
        rows.rows.append(_row(question, str(max(numbers, default=-1) + 1), currency))
    return rows


def _row(question: Question, number: str, currency: str, sent: MultiDict[str, str] | None = None) -> Row:
    row = Row(_fields(question, currency), prefix=f"{question.key}-{number}-")
    row.process(sent or MultiDict())
    row.validate()
    if question.kind == "budget":
        row.places = get_currency_precision(currency)
        _add_up(row)
    return row


def _fields(question: Question, currency: str) -> dict[str, Any]:
    if question.kind == "budget":
        categories = {key: gettext(title) for key, title in CATEGORIES}
        return {
            "what": Typed(gettext("What it is"), line),
            "category": SelectField(
                gettext("Category"), choices=categories, validate_choice=False, default=CATEGORIES[0][0]
            ),
            "quantity": Typed(gettext("Quantity"), quantity, render_kw={"inputmode": "decimal"}),
            "unit_cost": Typed(gettext("Unit cost"), cost(currency), render_kw={"inputmode": "decimal"}),
        }
    if question.kind == "indicators":
        return {
            "name": Typed(gettext("What is measured"), line),
            "unit": Typed(gettext("Unit"), line),
            "baseline": Typed(gettext("Today"), figure, render_kw={"inputmode": "decimal"}),
            "target": Typed(gettext("Target"), figure, render_kw={"inputmode": "decimal"}),
            "how": Typed(gettext("How you find out"), line),
        }
    return {
        column.key: BooleanField(gettext(column.title))
        if column.kind == "tick"
        else Typed(gettext(column.title), READERS[column.kind], render_kw=LOOKS.get(column.kind))
        for column in question.columns
    }


def _add_up(row: Row) -> None:
    """The line's total; one that no bank could hold is an error, and its cost is not taken."""
    total = line_of(row).total
    if total >= LARGEST:
        row["unit_cost"].errors = [gettext("The line comes to more than a million million.")]
        row["unit_cost"].data = None
        total = line_of(row).total
    row.total = f"{total:,.{row.places}f}"


def line_of(row: Row) -> Line:
    """A budget line as far as it can be read."""
    numbers = row["quantity"].data, row["unit_cost"].data
    return Line(text_of(row["what"]), category_of(row["category"]), *numbers, row.places)


def category_of(one: Field) -> str:
    """The category chosen; “other” for one nobody offered."""
    return str(one.data) if one.data in dict(CATEGORIES) else "other"


def goal_of(row: Row) -> Goal:
    """An indicator as far as it can be read."""
    return Goal(
        text_of(row["name"]), text_of(row["unit"]), row["baseline"].data, row["target"].data, text_of(row["how"])
    )


def cells(kind: str, items: Sequence[Any]) -> list[Mapping[str, str]]:
    """Stored rows as they are typed."""
    match kind:
        case "budget":
            return [
                {
                    "what": one.what,
                    "category": one.category,
                    "quantity": plain(one.quantity),
                    "unit_cost": "" if one.unit_cost is None else written(one.unit_cost, one.places),
                }
                for one in items
            ]
        case "indicators":
            return [
                {
                    "name": one.name,
                    "unit": one.unit,
                    "baseline": plain(one.baseline),
                    "target": plain(one.target),
                    "how": one.how,
                }
                for one in items
            ]
    return [dict(one) for one in items]
