"""The page that leads to the identity provider, and the sign-in page where that has failed: its other ways stay."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask_babel import gettext

from config import Settings
from grants.forms.sessions import SignInForm
from grants.web.sessions.sign_in_page import SignInPage, asked
from grants.web.site.navigation import page

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnwardPage:
    """The page that leads to the provider. address: there."""

    provider: str
    address: str


def onward(settings: Settings, address: str) -> str:
    """The page that leads to the provider."""
    return page("provider_accounts/onward.html", OnwardPage(settings.provider, address))


def unreachable(settings: Settings, reason: str) -> str:
    """The page where the provider does not answer. reason: for the log."""
    log.warning("The identity provider cannot be used: %s", reason)
    text = gettext(
        "%(provider)s is not responding. Sign in another way, or try again later.", provider=settings.provider
    )
    return refused(text)


def not_proven(settings: Settings, reason: str) -> str:
    """The page where the answer proves nothing, or the person has broken off. reason: for the log."""
    log.warning("An answer of the identity provider was refused: %s", reason)
    text = gettext(
        "%(provider)s did not confirm who you are. Try again, or sign in another way.", provider=settings.provider
    )
    return refused(text)


def not_begun() -> str:
    """The page for an answer in a browser that has not begun, or has used its answer."""
    return refused(gettext("This sign-in has expired or was not started in this browser. Start again on this page."))


def refused(text: str) -> str:
    """The sign-in page with this reason."""
    form = SignInForm()
    form.process(None)  # the request has no form, or another one
    return asked(SignInPage(form, "", text))
