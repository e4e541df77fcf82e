"""A new password."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import PasswordField
from wtforms.validators import ValidationError

from grants.forms.base import Form, at_most, needed
from grants.outside.common_passwords import is_common

LEAST, MOST = 12, 200
"""How many characters a password has. Nothing else is asked of it: rules about its signs make passwords weaker."""


def at_least(_form: Any, field: Any) -> None:
    """Refuse a password that is too short."""
    if (count := len(field.data or "")) < LEAST:
        text = gettext("Enter %(least)s characters or more: you entered %(count)s.", least=LEAST, count=count)
        raise ValidationError(text)


def uncommon(_form: Any, field: Any) -> None:
    """Refuse a password that many people use."""
    if is_common(field.data or ""):
        raise ValidationError(gettext("Many people use this password, so it is easy to guess. Choose another one."))


def password_field(label: str, description: str, first: Any) -> PasswordField:
    """A field for a password that is to be set. first: the validator that says whether it can be left empty."""
    return PasswordField(
        label,
        [first, at_least, at_most(MOST), uncommon],
        description=description,
        render_kw={"autocomplete": "new-password", "data-show": lazy_gettext("Show")},
    )


class PasswordForm(Form):
    """A new password. What depends on its person is a rule of `services.persons`."""

    password = password_field(
        lazy_gettext("New password"),
        lazy_gettext(
            "Use %(least)s to %(most)s characters of any kind. Three or four unrelated words are easy to remember and "
            "hard to guess.",
            least=LEAST,
            most=MOST,
        ),
        needed(lazy_gettext("Enter a password.")),
    )
