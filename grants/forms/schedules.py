"""Payment and reporting plan of a call, as form fields: instalment shares and report due dates."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from grants.forms.base import WholeField, needed
from grants.forms.numerals import localized, number
from grants.forms.questions import plain
from workflows.programme import WHOLE, CallRules, ReportSchedule

PREFIXES = ("share_", "report_")
MONTHS, DAYS = 120, 365
LEAST = 1
"""Smallest share, in percent; a smaller share of a small award would round to nothing."""


class PercentField(Field):
    """A percentage above zero, as people type it."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: str, **kw: Any) -> None:
        super().__init__(
            label,
            [needed(lazy_gettext("Enter a percentage for “%(label)s”.", label=label))],
            render_kw={"inputmode": "decimal"},
            **kw,
        )

    def process_formdata(self, values: list[str]) -> None:
        """Parse the percentage; raises ValidationError with the allowed range."""
        self.data = None
        if values and values[0].strip():
            wrong = gettext("Enter a number from 1 to 100 with at most two decimal places.")
            value = number(values[0], wrong)
            if not LEAST <= value <= WHOLE or value != round(value, 2):
                raise ValidationError(wrong)
            self.data = value

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else localized(plain(self.data))


def fields(held: CallRules) -> dict[str, Field]:
    """A field for each number of the call's plan."""
    found: dict[str, Field] = {}
    for place, plan in enumerate(held.instalments, 1):
        found[f"share_{place}"] = PercentField(
            gettext("Instalment %(number)s, percentage of the award", number=place), default=plan.percent
        )
    for place, schedule in enumerate(held.reports, 1):
        if schedule.at == "start":
            found[f"report_{place}_months"] = WholeField(
                gettext("%(title)s: months after the start", title=gettext(schedule.title)),
                least=0,
                most=MONTHS,
                default=schedule.months,
            )
        found[f"report_{place}_days"] = WholeField(_days_of(schedule), least=0, most=DAYS, default=schedule.days)
    return found


def _days_of(schedule: ReportSchedule) -> str:
    title = gettext(schedule.title)
    if schedule.at == "start":
        return gettext("%(title)s: days allowed for writing", title=title)
    return gettext("%(title)s: days after the end", title=title)


def plan(form: BaseForm, held: CallRules, data: dict[str, Any]) -> None:
    """Write the values of the valid form into a call's rules, given as plain data."""
    for place, row in enumerate(data["instalments"], 1):
        row["percent"] = str(form[f"share_{place}"].data)
    for place, (row, schedule) in enumerate(zip(data["reports"], held.reports, strict=True), 1):
        row["days"] = form[f"report_{place}_days"].data
        if schedule.at == "start":
            row["months"] = form[f"report_{place}_months"].data


def adds_up(form: BaseForm) -> bool:
    """Whether the shares add up to 100 percent; if not, the last one gets an error with their sum."""
    shares = list(_shares(form))
    together = sum(field.data for field in shares)
    if together == WHOLE:
        return True
    shares[-1].errors = [
        gettext("The instalments add up to %(sum)s%% instead of 100%%.", sum=localized(plain(together)))
    ]
    return False


def _shares(form: BaseForm) -> Iterator[Field]:
    return (field for field in form if field.name.startswith("share_"))
