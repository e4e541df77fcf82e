"""Errors of reading that say which field they are about, so that they read alike beside it and in a summary.

A reader of numbers or days does not know what it reads for. Its general sentence is replaced once the place is known.
Sentences with a reason of their own, such as two meanings of a number, stay: a summary puts the label before them.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from wtforms import Field

from workflows.engine.message import N_
from workflows.forms import absent
from workflows.forms.completeness import UNREADABLE, WRONG_CELL, unreadable
from workflows.programme import Question

NUMBER = N_("Enter a number, such as 0 or 12.50.")
AMOUNT = N_("Enter an amount, such as 1,250.")
DAY = N_("Enter the date as year, month, day, such as 2027-03-01.")
LEAST = N_("Enter a number of zero or more.")
TOTAL = N_("The total of the line must be below 1,000,000,000,000.")

BUDGET = {
    "quantity": N_("Enter the quantity in line %(number)s of the budget as a number, such as 2 or 12.50."),
    "unit_cost": N_("Enter the unit cost in line %(number)s of the budget as an amount, such as 1,250."),
}
LEAST_OF = N_("Enter a quantity above zero in line %(number)s of the budget.")
TOTAL_OF = N_("The total of line %(number)s of the budget must be below 1,000,000,000,000.")


def name_question(question: Question, field: Field) -> None:
    """Let the error of a question without rows name the question."""
    if question.kind in UNREADABLE and _is_general(field):
        field.errors = [gettext(unreadable(question), label=gettext(question.label))]


def name_cells(question: Question, cells: Mapping[str, Field], number: int) -> None:
    """Let the errors of a row name its cells. number: of the line, from 1."""
    for key, field in cells.items():
        if _is_general(field):
            field.errors = [_of_cell(question, key, field, number)]


def _is_general(field: Field) -> bool:
    return bool(field.errors) and field.errors[0] in {gettext(text) for text in (NUMBER, AMOUNT, DAY, LEAST, TOTAL)}


def _of_cell(question: Question, key: str, field: Field, number: int) -> str:
    if question.kind == "budget":
        known = {gettext(TOTAL): TOTAL_OF, gettext(LEAST): LEAST_OF}
        return gettext(known.get(str(field.errors[0]), BUDGET[key]), number=number)
    if question.kind == "indicators":
        return gettext(absent.INDICATORS[key], number=number)
    kind = next(column.kind for column in question.columns if column.key == key)
    return gettext(WRONG_CELL[kind], column=field.label.text, label=gettext(question.label), number=number)
