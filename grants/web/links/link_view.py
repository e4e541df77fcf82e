"""The page of a one-time link: whose account it is for, and the form that uses it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from grants.forms.links import PasswordForm
from grants.models import Link
from grants.services import links
from grants.web.site import components
from grants.web.site.components import ErrorPage


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a link does.

    name, address: of its person; the address is masked, because the link may have been forwarded. url, action: where
    the form is sent, and its button. form: for a new password; None if the link only signs in. other: the name of
    somebody else who is signed in at this browser.
    """

    title: str
    name: str
    address: str
    url: str
    action: str
    form: PasswordForm | None
    other: str


def show(link: Link, form: PasswordForm | None) -> LinkPage:
    """The page of a link that works."""
    titles = {
        links.SET_UP: (gettext("Set your password"), gettext("Set password and sign in")),
        links.PASSWORD: (gettext("Choose a new password"), gettext("Save password and sign in")),
        links.SIGN_IN: (gettext("Sign in"), gettext("Sign in")),
    }
    title, action = titles[link.purpose]
    other = current_user.name if current_user.is_authenticated and current_user.id != link.person_id else ""
    return LinkPage(title, link.person.name, masked(link.person.email), request.path, action, form, other)


def masked(address: str) -> str:
    """An email address of which the first letter and the domain are shown; no line ends between the two."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…\N{WORD JOINER}@{domain}"


def unusable() -> ErrorPage:
    """The page of every link that does not work, whatever the reason."""
    text = gettext(
        "This link has expired, has already been used, or is incomplete. Check that you copied the whole link, or ask "
        "for a new one on the sign-in page. If you do not have a password yet, an administrator can also give you a "
        "new link."
    )
    sign_in = components.Link(gettext("Sign in"), url_for("sessions.new"))
    return ErrorPage(gettext("This link does not work"), text, links=[sign_in])
