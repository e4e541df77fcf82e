"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from grants.db import db, transaction
from grants.forms.sessions import SignInForm
from grants.outside import greenlets
from grants.queries.sessions import COOKIE
from grants.services import sessions
from grants.web.site.authorization import open_to_all
from grants.web.site.formats import translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.navigation import page

bp = Blueprint("sessions", __name__)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The sign-in form. next: the path to go to afterwards, or empty. refusal: why signing in failed, or empty."""

    form: SignInForm
    next: str
    refusal: str = ""


@bp.get("/sign-in")
@open_to_all
def new() -> str:
    """The sign-in form."""
    return page("sessions/new.html", SignInPage(SignInForm(), _local(request.args.get("next", ""))))


@bp.post("/sign-in")
@open_to_all
@not_idempotent("each sign-in opens a session of its own, and nobody is signed in yet to whom a key could belong")
def create() -> Response | tuple[str, int]:
    """Start a session, or refuse without revealing which accounts exist."""
    form, after = SignInForm(), _local(request.form.get("next", ""))
    if not form.sent():
        return page("sessions/new.html", SignInPage(form, after)), 422
    try:
        token = _opened(form.email.data or "", form.password.data or "")
    except sessions.NotSignedIn as error:
        return page("sessions/new.html", SignInPage(form, after, translate(error.reason))), 422
    session.clear()
    response = redirect(after or url_for("tasks.show"))
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )
    return response


def _opened(email: str, password: str) -> str:
    """The token of a new session. The attempt is stored before the password is compared, and nothing is open then."""
    settings = current_app.extensions["settings"]
    db.session.rollback()  # the time of arrival was read: nobody who waits here holds a connection
    with sessions.slot(sessions.COUNTING_SLOTS), transaction():
        tried = sessions.attempt(email=email, address=request.remote_addr or "")
    try:
        sessions.verify(tried, password, settings, greenlets.aside)
    except sessions.Busy:
        with transaction():
            sessions.withdraw(tried)
        raise
    with transaction():
        sessions.close(request.cookies.get(COOKIE, ""))
        return sessions.succeed(tried, settings)


@bp.post("/sign-out")
@open_to_all
@not_idempotent("signing out again ends nothing more")
def end() -> Response:
    """End the session in the database, so that a copied cookie is useless afterwards."""
    with transaction():
        sessions.close(request.cookies.get(COOKIE, ""))
    session.clear()
    response = redirect(url_for("public.home"))
    response.delete_cookie(COOKIE)
    return response


def _local(target: str) -> str:
    """The target if it is a path on this site, else an empty string. Browsers drop tabs and line ends."""
    foreign = target.startswith("//") or "\\" in target or not target.isprintable()
    return target if target.startswith("/") and not foreign else ""
