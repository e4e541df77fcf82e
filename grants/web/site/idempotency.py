"""Idempotency of forms: a form that changes something is answered once, and sent again it gets the same answer.

Every route that takes anything but GET declares itself, beside its permission: `idempotent`, or `not_idempotent` with
the reason; otherwise the application does not start. An idempotent route runs in one transaction: the key of the form
is claimed first, the blocks of `transaction()` in the view are its parts, and the complete answer is stored with the
key before everything is committed together. An answer that changed nothing is not stored, so that a refused form can
be corrected and sent again with the same key. A stored page is repeated only while the person may still see the rows
that it shows, and these are as they were then; otherwise the form is processed like a new one.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, make_response, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import Model, db, request_transaction
from grants.services import idempotency
from grants.services.idempotency import Answer, OtherContent, Shown
from grants.web.site.actions import action_of
from grants.web.site.authorization import Loaded, load, loaded, principal
from grants.web.site.autosave import automatic
from grants.web.site.navigation import page
from grants.web.site.sending import KEY, OF_THE_PAGE, SendAgainPage, received

View = TypeVar("View", bound=Callable[..., Any])
COOKIE, COOKIE_SECONDS, MOST_ACCEPTED = "grants_accepted", 600, 10
"""The cookie with the keys of the forms that were accepted last, in all tabs, and how many at most. The script of the
next page removes it; the keys are of no use any more."""
PLAIN_KEY = re.compile(r"[\w-]+", re.ASCII)
"""Keys as this server makes them; no other comes into the cookie, where a full stop stands between two."""
TABLES: dict[str, type[Model]] = {one.class_.__tablename__: one.class_ for one in Model.registry.mappers}
"""The class of each table."""


def idempotent(view: View) -> View:
    """Declare a route whose form, when the same person sends it again, changes nothing and gets the first answer."""
    return _declared(view, lambda: False)


def idempotent_beside_autosave(view: View) -> View:
    """The same for a route that also takes automatic saves.

    These carry no key of their own: they are repeated with the text as it is by then, and the version of the row
    decides between two of them.
    """
    return _declared(view, automatic)


def not_idempotent(reason: str) -> Callable[[View], View]:
    """Declare a route that takes a form without key. reason: why sending it twice does no harm."""

    def declared(view: View) -> View:
        view.idempotency = reason  # type: ignore[attr-defined]
        return view

    return declared


def new_key() -> str:
    """A new idempotency key for a form."""
    return secrets.token_urlsafe(16)


def init_app(app: Flask) -> None:
    """Give the macro of hidden fields its keys."""
    app.jinja_env.globals[KEY] = new_key


def _declared(view: View, exempt: Callable[[], bool]) -> View:
    @wraps(view)
    def answered(*args: Any, **values: Any) -> Any:
        return view(*args, **values) if exempt() else _answer(lambda: view(*args, **values))

    answered.idempotency = KEY  # type: ignore[attr-defined]
    return cast(View, answered)


def _answer(do: Callable[[], Any]) -> Response | tuple[str, int]:
    """Run the view in one transaction with its key, or return the answer that the same form got before."""
    key = request.form.get(KEY, "")
    if not 0 < len(key) <= idempotency.LONGEST_KEY:
        return _without_key()
    try:
        with request_transaction() as whole:
            first = idempotency.claim(key, person=principal().id or 0, body=_content())
            if first and _holds(first):
                return _submitted(_response(first), key)
            response = make_response(do())
            if whole.changed:
                idempotency.keep(key, _stored(response))
            return _submitted(response, key)
    except OtherContent:
        return _other_content()


def _submitted(response: Response, key: str) -> Response:
    """Tell the script of the next page that this form was accepted, so that it drops what it keeps of it."""
    if response.location and PLAIN_KEY.fullmatch(key):
        before = [one for one in PLAIN_KEY.findall(request.cookies.get(COOKIE, "")) if one != key]
        accepted = ".".join([*before, key][-MOST_ACCEPTED:])
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, accepted, max_age=COOKIE_SECONDS, samesite="Lax", secure=secure)
    return response


def _content() -> bytes:
    """The request as bytes to compare: its address, what was entered and the files."""
    entered = sorted(item for item in request.form.items(multi=True) if item[0] not in OF_THE_PAGE)
    files = []
    for name, file in request.files.items(multi=True):
        files.append((name, file.filename, hashlib.file_digest(file.stream, "sha256").hexdigest()))  # type: ignore[arg-type]
        file.seek(0)
    return repr((request.method, request.full_path, entered, files)).encode()


def _stored(response: Response) -> Answer:
    location = response.headers.get("Location", "")
    return Answer(
        status=response.status_code,
        location=location,
        content_type=response.headers["Content-Type"],
        body=response.get_data(as_text=True),
        shown=None if location else [_as_shown(one) for one in loaded()],
    )


def _as_shown(one: Loaded) -> Shown:
    row = db.session.get_one(one.model, one.id)
    state = getattr(row, "step", None), getattr(row, "version", None)
    return Shown(one.model.__tablename__, one.id, one.permission or "", *state)


def _holds(answer: Answer) -> bool:
    """Whether a stored answer may be repeated: it leads on, or its page shows rows that are still as they were.

    Aborts with 403 or 404, as the page would, where the person may not see one of them any more.
    """
    if answer.location:
        return True
    if answer.shown is None:
        return False
    for one in answer.shown:
        load(TABLES[one.table], one.id, Permission(one.permission) if one.permission else None)
    return [_as_shown(one) for one in loaded()] == answer.shown


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    if answer.location:
        response.headers["Location"] = answer.location
    return response


def _without_key() -> tuple[str, int]:
    return _send_again(
        gettext("The form was not submitted"),
        gettext("Part of the form did not reach us, so nothing was changed. What you entered is still here."),
    ), 422


def _other_content() -> tuple[str, int]:
    return _send_again(
        gettext("You have already submitted this form"),
        gettext(
            "Your first submission had different content and was processed. Nothing was changed this time."
            " What you entered now is still here if you want to submit it as well."
        ),
    ), 409


def _send_again(title: str, text: str) -> str:
    sending = received()
    return page("send_again.html", SendAgainPage(title, text, sending, action_of(sending)))
