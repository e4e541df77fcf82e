"""Appointment of a person to a role."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext

from grants.forms.base import ChoiceField, Form
from workflows.engine.roles import APPOINTED, ROLES
from workflows.forms.values import WHOLE, whole
from workflows.programmes import programmes


class AppointmentForm(Form):
    """A role and its scope: empty for everywhere, `programme:<code>` or `call:<id>`."""

    role = ChoiceField(lazy_gettext("Role"), wrong=lazy_gettext("Select a role."), choices={})
    scope = ChoiceField(lazy_gettext("Scope"), wrong=lazy_gettext("Select a scope."), choices={})

    def offer(self, calls: Iterable[tuple[int, str]], codes: Iterable[str], *, everything: bool) -> None:
        """Set the roles and scopes that can be chosen. everything: whether a role without a limit is among them."""
        self.role.choices = {str(role): gettext(ROLES[role].text) for role in APPOINTED}
        kinds = {
            f"programme:{code}": gettext("Programme: %(title)s", title=gettext(programme.title))
            for code, programme in ((code, programmes()[code]) for code in codes)
        }
        named = {f"call:{id}": gettext("Call: %(title)s", title=title) for id, title in calls}
        self.scope.choices = ({"": gettext("All programmes")} if everything else {}) | kinds | named

    def where(self) -> tuple[str | None, int | None]:
        """The programme's code and the call's id that the scope names; None where it names none."""
        kind, _, key = str(self.scope.data or "").partition(":")
        return (key if kind == "programme" else None), (whole(key) if kind == "call" and WHOLE.fullmatch(key) else None)
