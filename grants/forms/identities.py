"""Forms of one's own account for which the current password is entered again."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired

from grants.forms.base import Form, at_most, line, needed
from grants.forms.links import PasswordForm
from grants.services.persons import LONGEST


def present_password() -> PasswordField:
    """The field for the password that the account has."""
    return PasswordField(
        lazy_gettext("Current password"),
        [needed(lazy_gettext("Enter your current password.")), at_most(200)],
        render_kw={"autocomplete": "current-password", "data-show": lazy_gettext("Show")},
    )


class OwnPasswordForm(PasswordForm):
    """The current password and a new one."""

    present_password = present_password()


class EmailForm(Form):
    """A new email address."""

    email = line(
        lazy_gettext("New email address"),
        most=LONGEST,
        missing=lazy_gettext("Enter the new email address."),
        render_kw={"autocomplete": "email", "type": "email", "inputmode": "email"},
    )
    present_password = present_password()


class ClosingForm(Form):
    """The confirmation that the account is to be closed."""

    present_password = present_password()
    confirmed = BooleanField(
        lazy_gettext("I understand that my name and address are removed and that I cannot undo this."),
        [InputRequired(lazy_gettext("Tick the box to confirm."))],
    )
