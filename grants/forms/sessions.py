"""Signing in."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from grants.forms.base import Form, line


class SignInForm(Form):
    """Address and password."""

    email = line(
        "E-mail address", most=200, render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"}
    )
    password = PasswordField(
        "Password",
        [InputRequired("Fill in “Password”."), Length(max=200, message="Write 200 characters or fewer.")],
        render_kw={"autocomplete": "current-password"},
    )
