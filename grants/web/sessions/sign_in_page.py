"""The sign-in form: on its own page, and on the spot where a form was sent after its session had ended."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext

from grants.forms.entered import entries
from grants.forms.sessions import SignInForm
from grants.web.site import csrf
from grants.web.site.actions import action_of, title_of
from grants.web.site.authorization import Visitor, principal
from grants.web.site.components import ErrorPage, Link
from grants.web.site.labels import note_labels
from grants.web.site.navigation import page
from grants.web.site.sending import KEY, SendAgainPage, Sending, received


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The sign-in form.

    next: the path to go to afterwards, or empty. refusal: why signing in failed, or empty. carried: a form that was
    sent after its session had ended, and is submitted afterwards. action: what that form does.
    """

    form: SignInForm
    next: str
    refusal: str = ""
    carried: Sending | None = None

    @property
    def again(self) -> bool:
        """Whether the reader is signed in, and signs in again because what follows requires it."""
        return principal().id is not None

    @property
    def provider(self) -> str:
        """The name of the identity provider with which people may sign in; empty without one."""
        return str(current_app.extensions["settings"].provider)

    @property
    def action(self) -> str:
        """What the carried form does; empty without one, or where its address does not tell."""
        return title_of(self.carried) if self.carried else ""


@dataclass(frozen=True, slots=True)
class SentPage:
    """The page after asking for a link. email: as typed. minutes: how long the link works. sender: of the mail."""

    email: str
    purpose: str
    minutes: int
    sender: str


def asked(view: SignInPage) -> str:
    """The page of the form."""
    return page("sessions/new.html", view)


def signed_out() -> str:
    """The page for a form that was sent after its session had ended; it signs in and keeps what was entered."""
    form = SignInForm()
    form.process(None)  # the request sends another form
    return asked(SignInPage(form, "", carried=received()))


def goes_on(carried: Sending, person: Visitor, start: str, title: str = "") -> tuple[str, int] | None:
    """The form that was carried through the sign-in, to be submitted by the person who had filled it in.

    Whoever else has signed in reads nothing of it. None for a form that this browser was not shown. title: of the page,
    unless it is that after signing in again.
    """
    named = csrf.named_in(carried.text_of("csrf_token"))
    if not named or not carried.to:
        return None
    if named == person.id:
        note_labels(carried)
        return page("send_again.html", _to_submit(carried, title)), 200
    text = gettext(
        "You are signed in as %(name)s. The form was filled in under another account and was not kept.",
        name=person.name,
    )
    links = [Link(gettext("Go to your start page"), start)]
    view = ErrorPage(gettext("Nothing was changed"), text, links=links)
    return page("errors.html", view), 409


def _to_submit(carried: Sending, title: str) -> SendAgainPage:
    text = gettext("Your form has not been submitted yet. Everything you entered is still here.")
    if carried.files:
        text = gettext("Your form has not been submitted yet. What you typed is still here; select the file again.")
    return SendAgainPage(
        title=title or gettext("You are signed in again"),
        text=text,
        sending=carried,
        action=action_of(carried),
        key=carried.text_of(KEY),
        typed=entries(carried.fields),
    )
