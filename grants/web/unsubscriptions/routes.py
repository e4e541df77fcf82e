"""The link of optional mails by which their recipient receives only urgent emails.

Opening it changes nothing, because mail scanners open links too. The button of its page, and mail programs with the one
click of RFC 8058, send a form to the same address. They have no session and no token of a form: what they may do is in
the address alone.
"""

from __future__ import annotations

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from grants.db import transaction
from grants.services import unsubscriptions
from grants.services.unsubscriptions import Unusable
from grants.web.site.authorization import before_second_step, open_to_all
from grants.web.site.csrf import protection
from grants.web.site.idempotency import not_idempotent
from grants.web.site.navigation import page
from grants.web.unsubscriptions import unsubscription_view

bp = Blueprint("unsubscriptions", __name__)


@bp.get("/unsubscribe/<token>")
@before_second_step
@open_to_all
def show(token: str) -> str | tuple[str, int]:
    """What the link does, with the button that does it."""
    try:
        unsubscriptions.holder(token, key=str(current_app.secret_key))
    except Unusable:
        return _unusable()
    return page("unsubscriptions/show.html", unsubscription_view.offered())


@bp.post("/unsubscribe/<token>")
@protection.exempt
@before_second_step
@open_to_all
@not_idempotent("it sets one choice, and sets it again to the same")
def use(token: str) -> str | tuple[str, int]:
    """Send only urgent emails from now on."""
    try:
        with transaction():
            unsubscriptions.use(token, key=str(current_app.secret_key))
    except Unusable:
        return _unusable()
    return page("unsubscriptions/show.html", unsubscription_view.done())


@bp.after_request
def conceal(response: Response) -> Response:
    """Keep the address out of caches and of the requests that follow."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _unusable() -> tuple[str, int]:
    """404, in the same words for a link that is not ours, has expired, or whose account has ended."""
    return page("errors.html", unsubscription_view.unusable()), 404
