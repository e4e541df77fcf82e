"""Appointment of a person to a role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.validators import ValidationError

from grants.db import today
from grants.forms.base import ChoiceField, Form, needed
from grants.forms.days import DayField
from grants.services import persons
from workflows.engine.roles import APPOINTED, ROLES
from workflows.forms.values import WHOLE, whole
from workflows.programmes import programmes

EVERYTHING = "everything"
"""The scope of a role without a limit."""
NO_ROLE, NO_SCOPE = lazy_gettext("Select a role."), lazy_gettext("Select a scope.")


class AppointmentForm(Form):
    """A role, its scope, `everything`, `programme:<code>` or `call:<id>`, and its end. None is selected in advance.

    shown: the digest of what the page has shown about the role.
    """

    role = ChoiceField(
        lazy_gettext("Role"),
        validators=[needed(NO_ROLE)],
        wrong=NO_ROLE,
        choices={},
    )
    scope = ChoiceField(
        lazy_gettext("Scope"),
        validators=[needed(NO_SCOPE)],
        wrong=NO_SCOPE,
        choices={},
    )

    ends_on = DayField(
        lazy_gettext("End date"),
        description=lazy_gettext(
            "The role ends when this day begins, in UTC. Leave it empty for a role without an end date."
        ),
    )

    shown = HiddenField()

    def take(self, chosen: MultiDict[str, str]) -> bool:
        """Take what was chosen from the address of a page; returns whether anything was."""
        if not {"role", "scope", "ends_on"} & chosen.keys():
            return False
        self.process(chosen)
        return True

    def validate_ends_on(self, field: Any) -> None:
        """Reject an end that is not after today."""
        if field.data is not None and field.data <= today():
            raise ValidationError(gettext(persons.PAST.text))

    def offer(self, calls: Iterable[tuple[int, str]], codes: Iterable[str], *, everything: bool) -> None:
        """Set the roles and scopes that can be chosen. everything: whether a role without a limit is among them."""
        self.role.choices = {"": gettext("Select a role")} | {
            str(role): gettext(ROLES[role].text) for role in APPOINTED
        }
        kinds = {
            f"programme:{code}": gettext("Programme: %(title)s", title=gettext(programme.title))
            for code, programme in ((code, programmes()[code]) for code in codes)
        }
        named = {f"call:{id}": gettext("Call: %(title)s", title=title) for id, title in calls}
        all_of_them = {EVERYTHING: gettext("All programmes")} if everything else {}
        self.scopes = {"": gettext("Select a scope")} | all_of_them | kinds | named
        self.scope.choices = dict(self.scopes)

    @property
    def covers(self) -> str:
        """The title of the scope that is chosen."""
        return self.scopes[str(self.scope.data)]

    def where(self) -> tuple[str | None, int | None]:
        """The programme's code and the call's id that the scope names; None where it names none."""
        kind, _, key = str(self.scope.data or "").partition(":")
        return (key if kind == "programme" else None), (whole(key) if kind == "call" and WHOLE.fullmatch(key) else None)
