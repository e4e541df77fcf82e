"""Invitations: of a colleague, to a role of the Foundation, and their acceptance."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms.validators import Optional

from grants.forms.base import Form, line
from grants.forms.links import LEAST, MOST, password_field
from grants.forms.memberships import RightsForm
from grants.forms.persons import AppointmentForm

LONGEST = 200
"""The most characters of an address or a name, as `services.persons` accepts them."""


class Invited(Form):
    """The address and the name of an invited person."""

    email = line(
        lazy_gettext("Email address"),
        most=LONGEST,
        missing=lazy_gettext("Enter an email address such as name@example.org."),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    name = line(
        lazy_gettext("Name"),
        most=LONGEST,
        missing=lazy_gettext("Enter the name of the person."),
        render_kw={"autocomplete": "off"},
    )


class ColleagueForm(Invited, RightsForm):
    """A colleague, with their rights in the organisation."""


class RoleInvitationForm(Invited, AppointmentForm):
    """A person, with their role at the Foundation and its scope."""


class AcceptanceForm(Form):
    """The name of a new account, and a password for it, unless the person wants to sign in by mailed links."""

    name = line(
        lazy_gettext("Your name"),
        most=LONGEST,
        missing=lazy_gettext("Enter your name."),
        render_kw={"autocomplete": "name"},
    )
    password = password_field(
        lazy_gettext("Password"),
        lazy_gettext(
            "If you do not set a password, we email you a link whenever you sign in. A password must have %(least)s "
            "to %(most)s characters of any kind.",
            least=LEAST,
            most=MOST,
        ),
        Optional(),
    )
