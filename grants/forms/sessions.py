"""Sign-in."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from wtforms import PasswordField

from grants.forms.base import Form, at_most, line
from grants.services import links

MISSING = lazy_gettext("Enter your password.")


class SignInForm(Form):
    """An email address, and a password or the wish for a mailed link."""

    email = line(
        lazy_gettext("Email address"),
        most=200,
        missing=lazy_gettext("Enter your email address."),
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [at_most(200)],
        render_kw={"autocomplete": "current-password", "data-show": lazy_gettext("Show")},
    )

    def wanted(self, way: str, *, carried: bool) -> str:
        """The purpose of the link that is asked for; empty to sign in with the password.

        way: the button: a purpose of links, `password_typed`, or empty for the Enter key, which means the password if
        one was typed. carried: whether the page holds another form, which only the password leads on to.
        """
        if way in {links.SIGN_IN, links.PASSWORD}:
            return way
        return "" if way or carried or self.password.data else links.SIGN_IN

    def sent_for(self, purpose: str) -> bool:
        """Whether the form is complete: for a link the address suffices."""
        valid = self.sent()
        if not purpose and not self.password.data:
            self._refuse(self.password, MISSING)
            return False
        return valid

    def _refuse(self, field: Any, text: Any) -> None:
        field.errors = [*field.errors, text]
