"""The page of a one-time link: whose account it is for, and the form that uses it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext
from flask_login import current_user

from grants.forms.links import PasswordForm
from grants.models import Link
from grants.queries import email_changes
from grants.services import links
from grants.web.site import components
from grants.web.site.components import ErrorPage


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a link does.

    name, address: of its person; the address is masked, because the link may have been forwarded. url, action: where
    the form is sent, and its button. form: for a new password; None without one. other: the name of somebody else
    who is signed in at this browser. note: what else the button does.
    """

    title: str
    name: str
    address: str
    url: str
    action: str
    form: PasswordForm | None
    other: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class UsedPage:
    """What a link has done that opens no session."""

    title: str
    text: str
    link: components.Link


def show(link: Link, form: PasswordForm | None) -> LinkPage:
    """The page of a link that works."""
    titles = {
        links.SET_UP: (gettext("Set your password"), gettext("Set password and sign in")),
        links.PASSWORD: (gettext("Choose a new password"), gettext("Save password and sign in")),
        links.SIGN_IN: (gettext("Sign in"), gettext("Sign in")),
        links.EMAIL: (gettext("Use this address"), gettext("Use this address")),
        links.KEEP_EMAIL: (gettext("Keep the current address"), gettext("Keep the current address")),
    }
    former = _former(link)
    if former:
        titles[links.KEEP_EMAIL] = (gettext("Restore your address"), gettext("Restore this address"))
    title, action = titles[link.purpose]
    other = current_user.name if current_user.is_authenticated and current_user.id != link.person_id else ""
    other = other if link.purpose in links.ENTRIES else ""
    address = masked(former or link.person.email)
    return LinkPage(title, link.person.name, address, request.path, action, form, other, _note(link))


def _former(link: Link) -> str:
    """The address that the link puts back; empty for every other link."""
    change = email_changes.of(link)
    return (change.former if change and link.purpose == links.KEEP_EMAIL else None) or ""


def _note(link: Link) -> str:
    if _former(link):
        return gettext(
            "The account gets this address again and is signed out everywhere. Its password and all sign-in links "
            "stop working."
        )
    change = email_changes.pending(link.person)
    if link.purpose == links.EMAIL and change:
        return gettext("The address of the account will then be %(email)s.", email=change.email)
    if link.purpose == links.KEEP_EMAIL:
        return gettext("The change of the address is stopped, and the account is signed out everywhere.")
    return ""


def used(link: Link) -> UsedPage:
    """The page after a link about a change of an address, written before it is used."""
    sign_in = components.Link(gettext("Sign in"), url_for("sessions.new"))
    if _former(link):
        text = gettext(
            "The account has this address again and is signed out everywhere. Sign in with an emailed link, then "
            "choose a new password and check your second factors. If you are asked for a code that you do not have, "
            "write to the Foundation."
        )
        return UsedPage(gettext("Your address was restored"), text, sign_in)
    if link.purpose == links.EMAIL:
        account = components.Link(gettext("Open your account"), url_for("persons.account"))
        text = gettext("From now on you sign in with the new address, and all emails go to it.")
        return UsedPage(gettext("The address was changed"), text, account)
    text = gettext(
        "The change was stopped and the account is signed out everywhere. Choose a new password on the sign-in page, "
        "because someone else was signed in to your account."
    )
    return UsedPage(gettext("The address stays as it is"), text, sign_in)


def taken() -> ErrorPage:
    """The page of a confirmed address that another account has got meanwhile."""
    text = gettext("Another account has taken this address since you asked for it. Nothing was changed.")
    account = components.Link(gettext("Open your account"), url_for("persons.account"))
    return ErrorPage(gettext("The address was not changed"), text, links=[account])


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
