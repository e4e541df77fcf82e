"""Register an organisation, from the page of a call or without one; the mailed link confirms it.

Until then nothing exists but what was entered. The pages are the same for every email address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from config import Settings
from grants.db import db, transaction
from grants.forms.registrations import MatchFields, RegistrationForm
from grants.models import Call, Person
from grants.queries import matches
from grants.queries import registrations as stored
from grants.queries.matches import Match
from grants.queries.sessions import COOKIE
from grants.services import registrations, sessions, transitions
from grants.services.registrations import Confirmed
from grants.web.links.link_view import masked
from grants.web.links.routes import conceal
from grants.web.registrations import registration_view
from grants.web.site.authorization import before_second_step, keep_session, load, open_to_all, principal
from grants.web.site.idempotency import not_idempotent
from grants.web.site.navigation import page
from workflows.forms.values import WHOLE

bp = Blueprint("registrations", __name__)
ALONE = "nobody is signed in yet to whom a key could belong, and nothing exists before a mailed link is used"
SINGLE_USE = "a link works once, and nobody is signed in yet to whom a key could belong"


@bp.get("/register")
@open_to_all
def new() -> str:
    """The form without a call."""
    return _form(RegistrationForm(), None)


@bp.post("/register")
@open_to_all
@not_idempotent(ALONE)
def create() -> str | tuple[str, int]:
    """Order the mail with the link, or ask first whether the organisation is one of those that exist."""
    return _received(None)


@bp.get("/calls/<int:id>/register")
@open_to_all
def new_for(id: int) -> str:
    """The form of a call."""
    return _form(RegistrationForm(), load(Call, id))


@bp.post("/calls/<int:id>/register")
@open_to_all
@not_idempotent(ALONE)
def create_for(id: int) -> str | tuple[str, int]:
    """The same for a call, whose draft begins once the link is used."""
    return _received(load(Call, id))


@bp.get("/link/registration/<token>")
@before_second_step
@open_to_all
def show(token: str) -> str | tuple[str, int]:
    """What the link does, with the button that uses it. Opening it changes nothing: mail scanners open links too."""
    if stored.live(token) is None:
        return _unusable()
    return _confirming(token, MatchFields())


@bp.post("/link/registration/<token>")
@before_second_step
@open_to_all
@not_idempotent(SINGLE_USE)
def use(token: str) -> Response | tuple[str, int]:
    """Create what was registered; the second of two clicks is refused like a link that was used.

    A new account is signed in. An existing one is not: the link works for longer than those that sign in.
    """
    form, settings = MatchFields(), current_app.extensions["settings"]
    chosen, declined = _answer(form)
    db.session.rollback()
    try:
        with transaction():
            made = registrations.confirm(
                token,
                chosen=chosen,
                declined=declined,
                join_days=settings.join_request_days,
                apply=transitions.apply,
            )
            session = _opened(made.person, settings) if made.new else None
    except registrations.Unusable:
        return _unusable()
    except registrations.Matched as matched:
        return _confirming(token, form, matched.found), 409
    if session:
        return keep_session(redirect(_next(made)), session)
    own = principal().id == made.person.id
    return redirect(_next(made) if own else url_for("sessions.new", next=_next(made)))


bp.after_request(conceal)


def _opened(person: Person, settings: Settings) -> str:
    """The token of the session of a new account, which takes the place of that of the browser."""
    sessions.close(request.cookies.get(COOKIE, ""))
    return sessions.open_for(person, settings)


def _received(call: Call | None) -> str | tuple[str, int]:
    """Check the form; ask about matches; order the mail. The call was loaded by the route."""
    form, settings = RegistrationForm(), current_app.extensions["settings"]
    valid = form.sent()
    found = _matching(form) if valid else []
    if not valid or (found and not form.answered(found)):
        return _form(form, call, found), 422
    lifetime = timedelta(hours=settings.registration_hours)
    entry = form.entry(call.id if call else None, found)
    db.session.rollback()
    with sessions.slot(sessions.COUNTING_SLOTS), transaction():
        registrations.ask(entry, address=request.remote_addr or "", lifetime=lifetime)
    return page("registrations/sent.html", registration_view.sent(entry.email, call))


def _matching(form: RegistrationForm) -> list[Match]:
    """The organisations that may be the same as the entered one."""
    found = matches.matching(form.entry(None, ()).candidate)
    form.offer(found)
    return found


def _form(form: RegistrationForm, call: Call | None, found: Sequence[Match] = ()) -> str:
    return page("registrations/new.html", registration_view.show(form, call, found))


def _answer(form: MatchFields) -> tuple[int | None, tuple[int, ...]]:
    """The organisation that was chosen on the page of the link, and those that the page offered and were declined."""
    shown = tuple(int(text) for text in request.form.getlist("shown") if WHOLE.fullmatch(text) and len(text) < 10)  # noqa: PLR2004
    chosen = next((id for id in shown if str(id) == form.match.data), None)
    return chosen, shown if form.match.data == "none" else ()


def _confirming(token: str, form: MatchFields, found: Sequence[Match] | None = None) -> str:
    """The page of a link that works, with the organisations that may be the same by now."""
    row = stored.live(token)
    assert row is not None  # noqa: S101 - the caller has just read it, or its transaction was rolled back
    if found is None:
        found = [] if row.organisation_id else registrations.matching(row)
    form.offer(found)
    view = registration_view.confirming(row, masked(row.email), form, found, request.path)
    return page("registrations/confirm.html", view)


def _next(made: Confirmed) -> str:
    """Where the person goes on: to the draft, to their request, to the rules of the call, or to their organisation."""
    if made.request:
        return url_for("join_requests.index")
    if made.application:
        return url_for("drafts.write", id=made.application.id)
    if made.call:
        return url_for("eligibility.show", id=made.call.id)
    return url_for("organisations.show", id=made.organisation.id)


def _unusable() -> tuple[str, int]:
    """404, in the same words for a link that is unknown, was used, or has ended."""
    return page("errors.html", registration_view.unusable()), 404
