"""The page of the link by which the recipient of a mail receives only urgent emails."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext

from grants.web.site.components import ErrorPage, Link


@dataclass(frozen=True, slots=True)
class UnsubscriptionPage:
    """What the link does, or has done.

    url: where its form is sent; empty once it is done. account: where it is undone.
    """

    title: str
    text: str
    url: str
    account: Link


def offered() -> UnsubscriptionPage:
    """The page before the button is used. It names nobody, because the mail may have been forwarded."""
    text = gettext(
        "You will then get urgent emails at once, what you need to know in one daily email, and nothing else. Urgent "
        "emails are about security, decisions, payments, and anything with a deadline."
    )
    return UnsubscriptionPage(gettext("Receive fewer emails"), text, request.path, _account())


def done() -> UnsubscriptionPage:
    """The page after the button was used."""
    text = gettext("From now on, we email you what is urgent at once, and what you need to know in one daily email.")
    return UnsubscriptionPage(gettext("You now receive fewer emails"), text, "", _account())


def unusable() -> ErrorPage:
    """The page of every link that does not work, whatever the reason."""
    text = gettext(
        "This link has expired or is incomplete. In your account, you can choose when emails are sent to you."
    )
    return ErrorPage(gettext("This link does not work"), text, links=[_account()])


def _account() -> Link:
    return Link(gettext("Open your account"), url_for("persons.account", _anchor="emails"))
