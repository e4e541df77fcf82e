"""Second factors: codes, and the names of apps and passkeys."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import ValidationError

from grants.forms.base import Form, at_most, line, needed
from grants.forms.cleaning import cleaned

DIGITS, LONGEST_SECRET, LONGEST_ANSWER = 6, 400, 20_000
"""The length of a code, and the most characters of an encrypted secret and of what a browser says of a passkey."""


def plain(text: str | None) -> str:
    """A code without spaces and hyphens, in Western digits: what "123 456" and "١٢٣٤٥٦" mean."""
    kept = (sign for sign in cleaned(text or "") or "" if not sign.isspace() and sign != "-")
    return "".join(str(unicodedata.digit(sign, sign)) for sign in kept)


def _six_digits(_form: Any, field: Any) -> None:
    code = plain(field.data)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", code):
        raise ValidationError(gettext("Enter the six digits that your app shows."))


def code_field() -> StringField:
    """One field for the six digits of an app."""
    return StringField(
        lazy_gettext("Code from your authenticator app"),
        [needed(lazy_gettext("Enter the six digits that your app shows.")), at_most(100), _six_digits],
        description=lazy_gettext("Six digits. They change every 30 seconds."),
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"},
    )


def label_field(title: str, name: str) -> StringField:
    """The field for the name of a factor, by which its person knows it. name: that is proposed."""
    return line(title, most=60, missing=lazy_gettext("Enter a name that helps you recognise it."), default=name)


class CodeForm(Form):
    """The code of an app, and the wish not to be asked again on this device."""

    code = code_field()
    trust = BooleanField(lazy_gettext("Do not ask again on this device for 30 days"))


class RecoveryForm(Form):
    """A recovery code."""

    code = line(
        lazy_gettext("Recovery code"),
        most=100,
        missing=lazy_gettext("Enter one of your recovery codes."),
        description=lazy_gettext("Letters and digits in groups of four, such as ABCD-EFGH-JKLM-2345. Each works once."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class AppForm(Form):
    """A new authenticator app: its name, its secret as the page was given it, and a code that shows that it works."""

    label = label_field(lazy_gettext("Name of the app or device"), lazy_gettext("Authenticator app"))
    sealed = HiddenField(validators=[at_most(LONGEST_SECRET)])
    code = code_field()


class PasskeyForm(Form):
    """A new passkey: its name, and what the browser says of it."""

    label = label_field(lazy_gettext("Name of the passkey"), lazy_gettext("Passkey"))
    credential = HiddenField(validators=[at_most(LONGEST_ANSWER)])


class PasskeyAnswerForm(Form):
    """What the browser says of a passkey that was used."""

    credential = HiddenField(validators=[at_most(LONGEST_ANSWER)])
