"""Sign-in."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import PasswordField
from wtforms.validators import InputRequired

from grants.forms.base import Form, at_most, line


class SignInForm(Form):
    """Email address and password."""

    email = line(
        lazy_gettext("Email address"),
        most=200,
        missing=lazy_gettext("Enter your email address."),
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [
            InputRequired(lazy_gettext("Enter your password.")),
            at_most(200),
        ],
        render_kw={"autocomplete": "current-password"},
    )
