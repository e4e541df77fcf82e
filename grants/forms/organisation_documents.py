"""A document of an organisation: its type, how long it is valid, and its file."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms.validators import ValidationError

from grants.forms.attachments import UploadField
from grants.forms.base import ChoiceField, Form, line, needed
from grants.forms.days import DayField
from grants.services.organisation_documents import Facts
from workflows.organisation_documents import ACCEPTED, OTHER, TYPES

NO_TYPE = lazy_gettext("Select a type of document.")
TITLE = 120


class VersionForm(Form):
    """A version of a document."""

    valid_from = DayField(lazy_gettext("Valid from"))
    valid_until = DayField(
        lazy_gettext("Valid until"),
        description=lazy_gettext("The last day. Leave it empty if the document does not expire."),
    )
    file = UploadField(lazy_gettext("File"), kinds=ACCEPTED)

    def validate_valid_until(self, field: Any) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(
                gettext("Enter a “Valid until” date that is the same as or after the “Valid from” date.")
            )

    def facts(self) -> Facts:
        """What was entered about the version."""
        return Facts(self.valid_from.data, self.valid_until.data)


class DocumentForm(VersionForm):
    """A new document."""

    type = ChoiceField(lazy_gettext("Type of document"), validators=[needed(NO_TYPE)], wrong=NO_TYPE, choices={})
    title = line(lazy_gettext("Name of the document"), most=TITLE, required=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.type.choices = {"": gettext("Select a type")} | {key: gettext(name.text) for key, name in TYPES.items()}

    def validate_title(self, field: Any) -> None:
        """Require a name where the type says nothing."""
        if self.type.data == OTHER and not field.data:
            raise ValidationError(gettext("Enter the name of the document."))

    def named(self) -> str:
        """The name, where the type does not give one."""
        return (self.title.data or "") if self.type.data == OTHER else ""
