"""One line of the eligibility checklist."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired, ValidationError

from grants.forms.base import Form, line


class CheckForm(Form):
    """A verdict with its note."""

    verdict = RadioField(
        lazy_gettext("Result of the check"), [InputRequired(lazy_gettext("Select “Passed” or “Failed”."))]
    )
    note = line(lazy_gettext("Note"), most=1_000, required=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.verdict.choices = {"passed": gettext("Passed"), "failed": gettext("Failed")}

    def validate_note(self, field: object) -> None:
        """Require a note with the verdict “failed”, and show the error beside the field."""
        if self.verdict.data == "failed" and not self.note.data:
            raise ValidationError(gettext("Enter why the check failed."))
