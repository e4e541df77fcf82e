"""Signing in with an identity provider, and the link of an account there.

A button begins; the page after it leads on to the provider, because browsers let a form lead to this site only. The
answer comes as a GET, and means nothing in a browser that has not begun.
"""

from __future__ import annotations

import threading

from flask import Blueprint, abort, current_app, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from config import Settings
from grants.access.permissions import Permission
from grants.db import db, transaction
from grants.queries import provider_accounts as linked
from grants.queries.sessions import COOKIE, TRUSTED
from grants.services import provider_accounts, sessions
from grants.services.provider_accounts import Proven
from grants.web.provider_accounts import kept, provider_page
from grants.web.provider_accounts.kept import Kept
from grants.web.sessions.devices import keep_device, opening
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import (
    before_second_step,
    fresh_factor,
    keep_session,
    oneself,
    open_to_all,
    permitted,
    principal,
)
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent, not_idempotent
from grants.web.site.sending import local
from workflows.engine.message import N_

bp = Blueprint("provider_accounts", __name__)
ASKING = threading.BoundedSemaphore(8)
"""How many requests of a process may wait for the provider at once; the others wait for these, or are refused."""


@bp.post("/sign-in/provider")
@before_second_step
@open_to_all
@not_idempotent("each start makes values of its own, which the browser keeps until the answer comes")
def begin() -> Response | tuple[str, int]:
    """Lead to the identity provider."""
    from grants.outside import provider

    settings: Settings = current_app.extensions["settings"]
    if not settings.provider:
        return redirect(url_for("sessions.new"))
    db.session.rollback()
    try:
        with sessions.slot(ASKING):
            begun = provider.begin(settings, _callback(settings))
    except provider.Unreachable as error:
        return provider_page.unreachable(settings, str(error)), 503
    carried = Kept(begun.state, begun.nonce, begun.verifier, local(request.form.get("next", "")))
    return kept.keep(make_response(provider_page.onward(settings, begun.address)), carried)


@bp.get("/sign-in/provider/callback")
@before_second_step
@open_to_all
def finish() -> Response:
    """Sign in with the answer of the provider, or refuse; the answer counts once in this browser."""
    settings, begun = current_app.extensions["settings"], kept.read()
    if not settings.provider:
        return redirect(url_for("sessions.new"))
    if begun is None:
        return make_response(provider_page.not_begun(), 400)
    return kept.forget(make_response(_answered(settings, begun)))


@bp.post("/account/provider/remove")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Remove sign-in with an identity provider"))
@fresh_factor()
@idempotent
def remove() -> Response:
    """Remove the link of one of the reader's accounts at a provider; one that has ended is not found."""
    id = request.form.get("account", "")
    account = next((one for one in linked.shown_to(principal()) if str(one.id) == id), None)
    if account is None:
        abort(404)
    with transaction():
        provider_accounts.remove(account, current_app.extensions["settings"], actor=oneself())
    return redirect(done.after(account, "remove_provider", url_for("persons.account")))


@bp.after_request
def conceal(response: Response) -> Response:
    """Keep the code in the address out of caches and of the requests that follow."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _callback(settings: Settings) -> str:
    return settings.address + url_for("provider_accounts.finish")


def _answered(settings: Settings, begun: Kept) -> Response | tuple[str, int]:
    """The answer to a browser that has begun. The try counts as failed until somebody is signed in."""
    from grants.outside import provider

    db.session.rollback()  # nobody who waits for the provider holds a connection
    try:
        with sessions.slot(sessions.COUNTING_SLOTS), transaction():
            tried = provider_accounts.attempt(address=request.remote_addr or "")
        proven = _proven(settings, begun)
        with transaction():
            sessions.withdraw(tried)
            sessions.close(request.cookies.get(COOKIE, ""))
            trusted = request.cookies.get(TRUSTED, "")
            token = provider_accounts.enter(proven, settings, opening("provider"), trusted=trusted)
    except provider.Unreachable as error:
        with transaction():
            sessions.withdraw(tried)
        return provider_page.unreachable(settings, str(error)), 503
    except provider.NotProven as error:
        return provider_page.not_proven(settings, str(error)), 403
    except sessions.NotSignedIn as error:
        return provider_page.refused(translate(error.reason)), 403
    return keep_device(keep_session(redirect(begun.next or url_for("tasks.show")), token))


def _proven(settings: Settings, begun: Kept) -> Proven:
    from grants.outside import provider

    with sessions.slot(ASKING):
        claims = provider.finish(
            settings,
            _callback(settings),
            state=begun.state,
            nonce=begun.nonce,
            verifier=begun.verifier,
            answer=request.args,
        )
    return Proven(settings.oidc_issuer, claims.subject, claims.email, claims.factor_age)
