"""Error pages: the only place where exceptions become a page with its HTTP status."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, jsonify, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError
from werkzeug.wrappers import Response

from grants.db import ConstraintViolated, db
from grants.forms.entered import Entry, entries
from grants.services.refusals import Refused, Stale
from grants.services.sessions import Busy
from grants.web.factors import second_step_page
from grants.web.sessions.sign_in_page import signed_out
from grants.web.site import csrf
from grants.web.site.actions import title_of
from grants.web.site.addresses import page_above
from grants.web.site.authorization import principal, right_missing, roles_missing, session, without_database
from grants.web.site.autosave import automatic
from grants.web.site.bodies import MOST_FIELDS, megabytes_taken
from grants.web.site.components import ErrorPage, Link, Reason
from grants.web.site.formats import translate
from grants.web.site.labels import note_labels
from grants.web.site.navigation import page
from grants.web.site.sending import KEY, Action, SendAgainPage, received
from workflows.engine.flow import either
from workflows.engine.message import Message

log = logging.getLogger("grants.web")
Handler = Callable[[Any], tuple[str | Response, int] | HTTPException | Response]
CONSTRAINTS = {
    "join_request_open_key": Message("You have already asked to join this organisation."),
    "person_email_key": Message("An account with this email address already exists."),
    "organisation_name_key": Message("An organisation with this name already exists."),
    "fund_title_key": Message("A fund with this name already exists."),
    "balance_never_below_zero": Message("There is not enough money left."),
    "appointment_current_key": Message("This person already holds this role."),
    "membership_current_key": Message("This person already acts for this organisation."),
    "assignment_current_key": Message("This person has already been invited."),
    "payment_once_key": Message("One of these instalments is already in a batch."),
    "batch_three_people": Message("Three different people must prepare, approve and release a batch."),
    "instalment_pays_something": Message("The award is too small to be paid in this call’s instalments."),
    "agreement_two_people_sign": Message("Two different people must sign the agreement."),
}
TITLES = {
    400: Message("We could not read your request"),
    401: Message("You are signed out"),
    403: Message("You don’t have permission to do this"),
    404: Message("Page not found"),
    405: Message("This page cannot be opened in this way"),
    408: Message("The form did not arrive in time"),
    409: Message("Nothing was changed"),
    413: Message("The request is too large"),
    422: Message("What you entered was not saved"),
    500: Message("There is a problem with the service"),
    503: Message("The service is busy"),
}
TEXTS = {
    400: Message("We could not understand the request. Go back and try again."),
    401: Message("Sign in again, then go back and submit the form again. What you typed is still there."),
    403: Message("Your role does not allow this, or you took part in an earlier step."),
    404: Message(
        "The page does not exist, or you do not have access to it. Check the address, or go to your start page."
    ),
    405: Message("Go to your start page, open the page again and repeat what you did."),
    408: Message("The connection was too slow, so nothing was saved. Go back and submit the form again."),
    413: Message(
        "You sent more than 2 MB or more than %(fields)s fields, which is the maximum, so nothing was saved. What"
        " you typed is still in the form: go back to it, shorten it and submit it again.",
        fields=f"{MOST_FIELDS:,}",
    ),
    500: Message("Nothing was changed. The error has been recorded. Try again in a few minutes."),
    503: Message("Another person is changing the same record. Nothing was changed. Try again in a minute."),
}
CROWDED = Message("The system is busy or is being restarted. Nothing was changed. Try again in a minute.")
"""No connection to the database was free in time, or the server did not accept one."""
UNSURE = Message(
    "The connection to the database was lost while your form was being saved. Submit it again: it is processed only"
    " once."
)
"""The database has committed all or nothing, and its answer did not arrive."""
KEPT = frozenset({409, 422, 500, 503})
"""The answers that repeat what was typed, because the form was ours and may be sent again."""
LARGE_FILE = Message("The file is larger than 2 MB, so we could not verify it. Upload the document as you received it.")
LINK = re.compile(r"(/(?:link|invitation|unsubscribe)/(?:registration/)?)[^\s/]+")
"""The address of a one-time link, of an invitation, or of the link for urgent emails only."""
AGAINST = (Refused, Stale, ConstraintViolated)
"""Why a command was not carried out, where its form can be shown again."""
WITHOUT_ROLE = Message(
    "Your account is not linked to an organisation and has no role at the Foundation. Ask an administrator for access."
)


def init_app(app: Flask) -> None:
    """Register a page for every refusal and failure."""
    app.before_request(refuse_nul)
    app.logger.addFilter(conceal_tokens)
    handlers: dict[type[Exception] | int, Handler] = {
        Refused: refused,
        Stale: stale,
        ConstraintViolated: broken,
        CSRFError: forged,
        csrf.OtherPerson: other_person,
        OperationalError: busy,
        NoConnection: crowded,
        Busy: crowded,
        DataError: unkept,
        MethodNotAllowed: unshown,
        HTTPException: other,
        500: failed,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, _even_without_database(handler))


def conceal_tokens(record: logging.LogRecord) -> bool:
    """Leave the token of a one-time link out of the line that the log gets of an error."""
    record.msg = LINK.sub(r"\1…", str(record.msg))
    return True


def _even_without_database(handler: Handler) -> Handler:
    """The same answer where the database is lost meanwhile: its page is then shown as to an anonymous reader."""

    @wraps(handler)
    def answered(error: Any) -> tuple[str | Response, int] | HTTPException | Response:
        try:
            return handler(error)
        except (OperationalError, NoConnection):
            db.session.rollback()
            without_database()
            return handler(error)

    return answered


def refuse_nul() -> tuple[str, int] | None:
    """422 for a character with code 0, which the database cannot store."""
    sent = [*request.args.values(), *(request.form.values() if request.method == "POST" else ())]
    if any("\x00" in text for text in sent) or "\x00" in request.path:
        return _answer(
            422,
            gettext(
                "Your text contains a character that cannot be saved (code 0). Remove it and submit the form again."
            ),
        )
    return None


def refused(error: Refused) -> tuple[str, int]:
    """A rule refuses the command: 409 with every reason."""
    db.session.rollback()
    return _answer(
        409,
        gettext("This is not possible now:"),
        reasons=[Reason(translate(reason)) for reason in error.reasons],
    )


def already_sent(url: str) -> tuple[str, int]:
    """A proposal that was submitted before, perhaps in another window: 409 with a link to it."""
    db.session.rollback()
    reason = Reason(gettext("It is no longer a draft."), Link(gettext("View application"), url))
    return _answer(409, gettext("This proposal has already been submitted."), reasons=[reason])


def stale(_error: Stale) -> tuple[str, int]:
    """The record has changed since the page was shown: 409."""
    db.session.rollback()
    return _answer(
        409, gettext("Another person changed this while your page was open. Open it again to see the current version.")
    )


def shown_again(show: Callable[[], str], wrong: Refused | Stale | ConstraintViolated) -> tuple[str, int]:
    """The page of a refused form again, with what was entered and the reasons: 409. show: renders the page."""
    db.session.rollback()
    if isinstance(wrong, ConstraintViolated):
        g.refusal = ErrorPage("", _violated(wrong))
    elif isinstance(wrong, Refused):
        reasons = [Reason(translate(reason)) for reason in wrong.reasons]
        g.refusal = ErrorPage("", gettext("This is not possible now:"), reasons)
    else:
        text = gettext(
            "Another person changed this while your page was open, so nothing was changed."
            " What you entered is still here."
        )
        g.refusal = ErrorPage("", text, links=[Link(gettext("Open the current version"), request.path)])
    return show(), 409


def broken(error: ConstraintViolated) -> tuple[str, int]:
    """A database constraint was violated: 409 with the constraint's message."""
    return _answer(409, _violated(error))


def _violated(error: ConstraintViolated) -> str:
    known = CONSTRAINTS.get(error.constraint)
    return translate(known) if known else gettext("This conflicts with data that already exists.")


def forged(_error: CSRFError) -> tuple[str, int]:
    """The CSRF token is missing or forged: 400. A form of our own pages is repeated, one of another site is not."""
    ours = request.headers.get("Origin") == request.host_url.rstrip("/")
    if ours:
        note_labels(received())
    return _answer(
        400,
        gettext(
            "The page was open for too long, or the form was not sent from our site. Nothing was changed."
            " Open the page again and resubmit the form."
        ),
        typed=_typed() if ours else (),
    )


def other_person(_error: csrf.OtherPerson) -> tuple[str, int]:
    """The form was shown to another person at this browser: 409, with what was entered."""
    note_labels(received())
    return _answer(
        409,
        gettext(
            "You are signed in as %(name)s, but this page was opened before you signed in. Open the page again and"
            " submit the form from there.",
            name=current_user.name,
        ),
    )


def unkept(_error: DataError) -> tuple[str, int]:
    """A value does not fit its column: 422."""
    db.session.rollback()
    return _answer(
        422, gettext("A number or text in the form cannot be saved. Go back, correct it and submit the form again.")
    )


def busy(error: OperationalError) -> tuple[str, int]:
    """A lock was not obtained in time, or the database cannot be reached: 503."""
    if error.statement is None or error.connection_invalidated:
        return crowded(error)
    db.session.rollback()
    return _to_repeat(503)


def crowded(error: Exception) -> tuple[str, int]:
    """No connection to the database, or no place to compare a password, was free: 503, with a page that needs none."""
    log.warning("answered that the system is busy: %s: %s", type(error).__name__, " ".join(str(error).split())[:200])
    db.session.rollback()
    without_database()
    unsure = isinstance(error, OperationalError) and error.connection_invalidated and error.statement is None
    return _to_repeat(503, translate(UNSURE if unsure else CROWDED))


def failed(_error: Exception) -> tuple[str, int]:
    """An unexpected error: 500, without internal details."""
    db.session.rollback()
    return _to_repeat(500)


def unshown(error: MethodNotAllowed) -> tuple[str | Response, int] | HTTPException | Response:
    """The address of an action is opened as a page: the page that has the action is shown; else 405."""
    shown = page_above(request.path) if request.method == "GET" else None
    return redirect(shown) if shown else other(error)


def other(error: HTTPException) -> tuple[str | Response, int] | HTTPException:
    """Any other HTTP error, by its status code."""
    if isinstance(error, SecurityError) or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if error.code == HTTPStatus.UNAUTHORIZED and csrf.shown_to() and not automatic():
        return second_step_page.interrupted() if session() else signed_out(), 401
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    if error.code == HTTPStatus.FORBIDDEN:
        return _forbidden()
    return _answer(error.code, translate(TEXTS.get(error.code, TEXTS[400])))


def _too_large() -> tuple[str, int]:
    """413, with what the form of this route accepts."""
    if request.endpoint == "documents.check":
        return _answer(413, translate(LARGE_FILE), title=gettext("The file is too large"))
    if megabytes := megabytes_taken():
        text = gettext(
            "The file is larger than %(megabytes)s MB, which is the maximum here, so nothing was saved."
            " Go back, choose a smaller file and submit the form again.",
            megabytes=megabytes,
        )
        return _answer(413, text, title=gettext("The file is too large"))
    return _answer(413, translate(TEXTS[413]))


def _forbidden() -> tuple[str | Response, int]:
    """403: the reader has no role at all, none that this needs, or took part in an earlier step."""
    if not principal().roles:
        return _answer(403, translate(WITHOUT_ROLE), title=gettext("You do not have a role"), leads_on=False)
    if roles := roles_missing():
        sentence = gettext(
            "You need the role %(roles)s. If you should have it, ask an administrator.", roles=translate(either(roles))
        )
        return _answer(403, sentence)
    if reason := right_missing():
        return _without_right(translate(reason))
    return _answer(403, translate(TEXTS[403]))


def _without_right(reason: str) -> tuple[str | Response, int]:
    """403 with what was typed, for a member without the right; the page of a draft keeps it in the browser."""
    if automatic():
        return jsonify(notice=page("drafts/no_right.html", ErrorPage("", reason)), keep=True), 409
    note_labels(received())
    return _answer(403, reason, typed=_typed())


def _answer(
    status: int,
    text: str,
    *,
    title: str = "",
    reasons: Sequence[Reason] = (),
    leads_on: bool = True,
    typed: Sequence[Entry] = (),
) -> tuple[str, int]:
    title = title or translate(TITLES.get(status, TITLES[400]))
    typed = _typed() if status in KEPT else typed
    facts = g.get("facts", ()) if status == HTTPStatus.CONFLICT else ()
    return page("errors.html", ErrorPage(title, text, reasons, _links() if leads_on else [], typed, facts)), status


def _to_repeat(status: int, text: str = "") -> tuple[str, int]:
    """The page of an error that may pass. The form can be submitted again from it with its key, for one effect in all.

    text: why, if it is not that of the status.
    """
    title, text = translate(TITLES[status]), text or translate(TEXTS[status])
    if request.method != "POST" or not csrf.shown_to() or automatic() or request.files:
        return _answer(status, text)
    key = request.form.get(KEY, "")
    sending = received()
    return page(
        "send_again.html", SendAgainPage(title, text, sending, Action(title_of(sending)), key, _typed())
    ), status


def _typed() -> list[Entry]:
    """What was entered into the form, without passwords. A page that refuses a form unread notes its labels before."""
    return entries(request.form.items(multi=True)) if request.method == "POST" else []


def _links() -> list[Link]:
    """Links to the previous page, if it was on this site, and to the reader's start page."""
    start = Link(
        gettext("Go to your start page"), url_for("tasks.show") if principal().roles else url_for("public.home")
    )
    back = _previous()
    if not back:
        return [start]
    title = gettext("Go back to the form") if request.method == "POST" else gettext("Go back")
    return [Link(title, back, back=True), start]


def _previous() -> str:
    """The address of the page that led here; empty if it is not on this site, or cannot be opened."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # the client may send any text as referrer
        return ""
    ours = came_from.netloc == request.host and not came_from.path.startswith("//")
    if not ours or (came_from.path == request.path and request.method != "POST") or not _opens(came_from.path):
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _opens(path: str) -> bool:
    """Whether a page has this address. A form that was refused before was shown at one that may only take forms."""
    try:
        current_app.url_map.bind(request.host, request.script_root or None).match(path, method="GET")
    except HTTPException:
        return False
    return True
