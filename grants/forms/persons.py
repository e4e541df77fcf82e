"""Giving somebody a role."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField

from grants.forms.base import Form
from workflows.programmes import programmes
from workflows.roles import APPOINTED


class AppointmentForm(Form):
    """A role and where it is held: everywhere (an empty scope), `programme:<code>` or `call:<number>`."""

    role = SelectField(lazy_gettext("Role"), choices={})
    scope = SelectField(lazy_gettext("Where"), choices={})

    def offer(self, calls: Iterable[tuple[int, str]]) -> None:
        """Hand in the roles, and where they can be held."""
        self.role.choices = {str(role): gettext(str(role).capitalize()) for role in APPOINTED}
        kinds = {f"programme:{code}": gettext(programme.title) for code, programme in programmes().items()}
        self.scope.choices = {"": gettext("Everywhere")} | kinds | {f"call:{id}": title for id, title in calls}

    def where(self) -> tuple[str | None, int | None]:
        """The programme and the call that the scope names."""
        kind, _, key = str(self.scope.data or "").partition(":")
        return (key if kind == "programme" else None), (int(key) if kind == "call" else None)
