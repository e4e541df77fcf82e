"""Choosing a reviewer."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from grants.forms.base import Form
from grants.models import Person


class AssignmentForm(Form):
    """One of the people whom the view offers."""

    reviewer = RadioField(
        lazy_gettext("Reviewer"), [InputRequired(lazy_gettext("Choose somebody."))], coerce=int, choices={}
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Hand in who may be chosen."""
        self.reviewer.choices = {str(person.id): person.name for person in people}
