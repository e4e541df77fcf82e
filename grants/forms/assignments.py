"""Choice of a reviewer to invite."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from grants.forms.base import Form
from grants.models import Person
from workflows.forms.values import whole


class AssignmentForm(Form):
    """A reviewer, chosen among the people that the view offers."""

    reviewer = RadioField(
        lazy_gettext("Reviewer"), [InputRequired(lazy_gettext("Select a reviewer."))], coerce=whole, choices={}
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Set the people who can be chosen."""
        self.reviewer.choices = {str(person.id): person.name for person in people}
