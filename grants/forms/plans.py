"""How a call pays and when it hears: each instalment's share and each report's days, as fields of its form."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from grants.forms.base import Needed, WholeField, number
from grants.forms.questions import plain
from workflows.programme import WHOLE, CallRules, ReportDuty

PREFIXES = ("share_", "report_")
MONTHS, DAYS = 120, 365
LEAST = 1
"""Of a smaller share of a small award nothing would be left to pay."""


class PercentField(Field):
    """A percentage above nothing, as people type it."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(label, [Needed(f"Fill in “{label}”.")], render_kw={"inputmode": "decimal"}, **kw)

    def process_formdata(self, values: list[str]) -> None:
        """Read it, or say between which it must lie."""
        self.data = None
        if values and values[0].strip():
            value = number(values[0])
            if not LEAST <= value <= WHOLE or value != round(value, 2):
                raise ValidationError(gettext("Write a number from 1 to 100, with two decimals or fewer."))
            self.data = value

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else plain(self.data)


def fields(held: CallRules) -> dict[str, Field]:
    """A field for each number of the plan that this call has."""
    found: dict[str, Field] = {}
    for place, plan in enumerate(held.instalments, 1):
        found[f"share_{place}"] = PercentField(
            gettext("Instalment %(number)s, percent of the award", number=place), default=plan.percent
        )
    for place, duty in enumerate(held.reports, 1):
        if duty.at == "start":
            found[f"report_{place}_months"] = WholeField(
                gettext("%(title)s: months after the start", title=gettext(duty.title)),
                least=0,
                most=MONTHS,
                default=duty.months,
            )
        found[f"report_{place}_days"] = WholeField(_days_of(duty), least=0, most=DAYS, default=duty.days)
    return found


def _days_of(duty: ReportDuty) -> str:
    title = gettext(duty.title)
    if duty.at == "start":
        return gettext("%(title)s: days to write it", title=title)
    return gettext("%(title)s: days after the end", title=title)


def plan(form: BaseForm, held: CallRules, data: dict[str, Any]) -> None:
    """Set what the clean form says into a call's rules as plain data."""
    for place, row in enumerate(data["instalments"], 1):
        row["percent"] = str(form[f"share_{place}"].data)
    for place, (row, duty) in enumerate(zip(data["reports"], held.reports, strict=True), 1):
        row["days"] = form[f"report_{place}_days"].data
        if duty.at == "start":
            row["months"] = form[f"report_{place}_months"].data


def adds_up(form: BaseForm) -> bool:
    """Whether the shares come to the whole; beside the last one stands what they come to instead."""
    shares = list(_shares(form))
    together = sum(field.data for field in shares)
    if together == WHOLE:
        return True
    shares[-1].errors = [gettext("The instalments come to %(sum)s percent, not 100.", sum=plain(together))]
    return False


def _shares(form: BaseForm) -> Iterator[Field]:
    return (field for field in form if field.name.startswith("share_"))
