"""A successor, and the day from which they can take over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext, lazy_gettext
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import DateInput

from grants.forms.base import ChoiceField, Form, line, needed
from grants.forms.days import day
from grants.models import Membership

OTHER = "other"
NOBODY, NO_DAY = lazy_gettext("Select your successor."), lazy_gettext("Enter a date, such as 2027-01-15.")


class DayField(Field):
    """A day, as a browser sends it."""

    widget = DateInput()
    data: date | None

    def process_formdata(self, values: list[str]) -> None:
        """Read the day; raises ValidationError."""
        self.data = day(values[0], str(NO_DAY)) if values and values[0].strip() else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ("" if self.data is None else self.data.isoformat())


class HandOverForm(Form):
    """A member, or another person by address and name."""

    successor = ChoiceField(lazy_gettext("Successor"), validators=[needed(NOBODY)], wrong=NOBODY, choices={})
    email = line(lazy_gettext("Email address"), most=200, required=False, render_kw={"inputmode": "email"})
    name = line(lazy_gettext("Name"), most=200, required=False)
    starts_on = DayField(lazy_gettext("Start date"), [needed(NO_DAY)])

    def offer(self, members: Iterable[Membership]) -> None:
        """Set the members who can be chosen; another person is offered last."""
        self.successor.choices = (
            {"": gettext("Select your successor")}
            | {str(one.id): one.person.name for one in members}
            | {OTHER: gettext("Another person")}
        )

    def validate_email(self, field: Field) -> None:
        """Require the address of another person."""
        if self.successor.data == OTHER and not field.data:
            raise ValidationError(gettext("Enter an email address such as name@example.org."))

    def validate_name(self, field: Field) -> None:
        """Require the name of another person."""
        if self.successor.data == OTHER and not field.data:
            raise ValidationError(gettext("Enter the name of the person."))
