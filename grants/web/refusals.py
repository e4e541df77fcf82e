"""What was refused, said once: the domain's words become a page with the right status here and nowhere else."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from grants.db import Broken, db
from grants.services.moves import Refused, Stale
from grants.web.guard import who
from grants.web.shell import page
from grants.web.words import said
from workflows.say import Say

CONSTRAINTS = {
    "person_email_key": Say("There is an account with this e-mail address already."),
    "organisation_name_key": Say("There is an organisation of this name already."),
    "fund_title_key": Say("There is a fund of this name already."),
    "balance_never_below_zero": Say("There is not that much money left."),
    "appointment_current_key": Say("This person holds that role already."),
    "membership_current_key": Say("This person acts for that organisation already."),
    "assignment_current_key": Say("This person was asked already."),
    "payment_once_key": Say("One of these instalments is in a batch already."),
    "batch_three_people": Say("Prepared, approved and released must be three people."),
    "instalment_pays_something": Say("The award is too small to be paid in this call’s instalments."),
    "agreement_two_people_sign": Say("The two signatures must come from two people."),
}
TITLES = {
    400: "This could not be read",
    401: "You are signed out",
    403: "This is not yours to do",
    404: "There is nothing here",
    405: "This cannot be done this way",
    409: "Not done",
    413: "Too large to read",
    422: "Not kept",
    500: "Something broke on our side",
    503: "We are busy",
}
TEXTS = {
    400: "The request was not understood. Go back and send the page again.",
    401: "Sign in again, then go back and send the page again: what you typed is still there.",
    403: "It belongs to another role, or to somebody without your part in it.",
    404: "The page does not exist, or it is not for you. Check the address, or start from your first page.",
    405: "Start from your first page.",
    413: "What you sent is larger than 2 MB, so nothing of it was read or kept. Shorten it and send it again.",
    500: "Nothing was half done. We have written down what happened; try again in a moment.",
    503: "Somebody else is changing the same thing. Nothing was done; try again in a moment.",
}
WITHOUT_ROLE = (
    "A person who belongs to no chapter or organisation, and reviews or works for no call, finds nothing here."
    " Ask whoever invited you: an administrator enters what you are part of."
)


def init_app(app: Flask) -> None:
    """Register a page for every refusal."""
    app.before_request(refuse_nul)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(Stale, stale)
    app.register_error_handler(Broken, broken)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(DataError, unkept)
    app.register_error_handler(HTTPException, other)
    app.register_error_handler(500, failed)


def refuse_nul() -> tuple[str, int] | None:
    """The database cannot hold the character with code 0, and nobody types it."""
    sent = [*request.args.values(), *(request.form.values() if request.method == "POST" else ())]
    if any("\x00" in text for text in sent) or "\x00" in request.path:
        return _say(
            422, gettext("There is a character in it that cannot be kept (code 0). Take it out and send it again.")
        )
    return None


def refused(error: Refused) -> tuple[str, int]:
    """A rule stands against it: 409 with every reason."""
    db.session.rollback()
    return _say(409, gettext("Nothing was done. The reasons:"), reasons=[said(reason) for reason in error.reasons])


def stale(_error: Stale) -> tuple[str, int]:
    """Somebody else changed it since the page was made: 409."""
    db.session.rollback()
    return _say(
        409, gettext("Somebody else changed this while your page was open. Open it again to see how it stands now.")
    )


def broken(error: Broken) -> tuple[str, int]:
    """The database refused: 409 in the words of the rule that it broke."""
    known = CONSTRAINTS.get(error.constraint)
    return _say(409, said(known) if known else gettext("Nothing was done: it does not fit what is there already."))


def forged(_error: CSRFError) -> tuple[str, int]:
    """The form was not ours, or the session behind it is over: 400."""
    return _say(
        400,
        gettext(
            "The page was open too long, or the form does not come from us."
            " Open it again and send it once more; nothing was done."
        ),
    )


def unkept(_error: DataError) -> tuple[str, int]:
    """A value that no column can hold: 422."""
    db.session.rollback()
    return _say(422, gettext("A number or a text in it cannot be kept. Go back, mend it and send it again."))


def busy(_error: OperationalError) -> tuple[str, int]:
    """A lock was not to be had in time: 503."""
    db.session.rollback()
    return _say(503, gettext(TEXTS[503]))


def failed(_error: Exception) -> tuple[str, int]:
    """Our own fault: 500, without a word of its inside."""
    db.session.rollback()
    return _say(500, gettext(TEXTS[500]))


def other(error: HTTPException) -> tuple[str, int] | HTTPException:
    """Any other refusal by its number."""
    if isinstance(error, SecurityError) or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if isinstance(error, RequestEntityTooLarge):
        return _say(413, gettext(TEXTS[413]))
    if error.code == HTTPStatus.FORBIDDEN and not who().roles:
        return _say(403, gettext(WITHOUT_ROLE), title=gettext("Your account has no role yet"))
    return _say(error.code, gettext(TEXTS.get(error.code, TEXTS[400])))


def _say(status: int, text: str, *, title: str = "", reasons: list[str] | None = None) -> tuple[str, int]:
    title = title or gettext(TITLES.get(status, TITLES[400]))
    told = [{"text": reason, "cure": None} for reason in reasons or []]
    return page("errors.html", title=title, text=text, reasons=told, links=_ways_on()), status


def _ways_on() -> list[dict[str, str]]:
    """The page before this one, if it was ours, and the reader's first page."""
    first = {
        "title": gettext("Go to your first page"),
        "url": url_for("inbox.show") if who().roles else url_for("public.home"),
    }
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:  # whoever asks may write anything there
        return [first]
    ours = came_from.netloc == request.host and not came_from.path.startswith("//")
    if not ours or came_from.path == request.path:
        return [first]
    return [
        {"title": gettext("Go back"), "url": came_from.path + (f"?{came_from.query}" if came_from.query else "")},
        first,
    ]
