"""Signing in and out."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from grants.db import db, transaction
from grants.forms.sessions import SignInForm
from grants.queries.sessions import COOKIE, TRUSTED
from grants.services import links, sessions
from grants.web.factors import second_step_page
from grants.web.factors.onward import Onward
from grants.web.sessions.devices import keep_device, opening
from grants.web.sessions.passwords import verified
from grants.web.sessions.sign_in_page import SentPage, SignInPage, asked, goes_on
from grants.web.site.authorization import before_second_step, enter, keep_session, open_to_all, principal
from grants.web.site.formats import translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.navigation import page
from grants.web.site.sending import CARRIED, Sending, local, unpacked

bp = Blueprint("sessions", __name__)
SIGNED_IN = "signed_in"
"""The button with which somebody says that they have signed in elsewhere."""


@bp.get("/sign-in")
@before_second_step
@open_to_all
def new() -> str:
    """The sign-in form."""
    return asked(SignInPage(SignInForm(), local(request.args.get("next", ""))))


@bp.post("/sign-in")
@before_second_step
@open_to_all
@not_idempotent("each sign-in opens a session of its own, and nobody is signed in yet to whom a key could belong")
def create() -> Response | str | tuple[str, int]:
    """Start a session or email a link, or refuse, without revealing which accounts exist.

    A form that was sent after its session had ended is offered again in the answer.
    """
    form, carried = SignInForm(), unpacked(request.form.get(CARRIED, ""))
    after = local(request.form.get("next", ""))
    if carried and request.form.get("way") == SIGNED_IN:
        return _resumed(SignInPage(form, after, carried=carried), carried)
    purpose = form.wanted(request.form.get("way", ""), carried=carried is not None)
    if not form.sent_for(purpose):
        return asked(SignInPage(form, after, carried=carried)), 422
    if purpose:
        return _mailed(form.email.data or "", purpose)
    try:
        token = _opened(form.email.data or "", form.password.data or "")
    except sessions.NotSignedIn as error:
        return asked(SignInPage(form, after, translate(error.reason), carried)), 422
    return keep_device(keep_session(make_response(_entered(token, after, carried)), token))


def _entered(token: str, after: str, carried: Sending | None) -> Response | str | tuple[str, int]:
    """Where a new session goes: to its second step, on with the carried form, or to the page that was wanted."""
    person = enter(token)
    if person is None:
        return second_step_page.first_answer(Onward(after, carried))
    answer = goes_on(carried, person, url_for("tasks.show")) if carried else None
    return answer or redirect(after or url_for("tasks.show"))


def _resumed(view: SignInPage, carried: Sending) -> Response | tuple[str, int]:
    """Go on with a carried form whose author has signed in elsewhere in this browser, perhaps by an emailed link."""
    if not principal().id:
        refusal = gettext("You are not signed in yet. Use the other tab to sign in, then select “I am now signed in”.")
        return asked(replace(view, refusal=refusal)), 422
    start = url_for("tasks.show")
    return goes_on(carried, current_user, start) or redirect(start)


def _mailed(email: str, purpose: str) -> str:
    """The page after asking for a link, the same whether or not there is an account."""
    db.session.rollback()
    with sessions.slot(sessions.COUNTING_SLOTS), transaction():
        links.ask(email, purpose, address=request.remote_addr or "")
    minutes = int(links.LIFETIMES[purpose].total_seconds()) // 60
    sender = current_app.extensions["settings"].mail_from
    return page("sessions/sent.html", SentPage(email, purpose, minutes, sender))


def _opened(email: str, password: str) -> str:
    """The token of a new session."""
    tried = verified(email, password)
    with transaction():
        sessions.close(request.cookies.get(COOKIE, ""))
        settings, trusted = current_app.extensions["settings"], request.cookies.get(TRUSTED, "")
        return sessions.succeed(tried, settings, opening("password"), trusted=trusted)


@bp.post("/sign-out")
@before_second_step
@open_to_all
@not_idempotent("signing out again ends nothing more")
def end() -> Response:
    """End the session in the database, so that a copied cookie is useless afterwards."""
    with transaction():
        sessions.close(request.cookies.get(COOKIE, ""))
    response = redirect(url_for("public.home"))
    response.delete_cookie(COOKIE)
    return response
