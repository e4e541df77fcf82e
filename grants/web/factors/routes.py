"""The second factors of an account: shown, set up, removed; and new recovery codes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, current_app, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import db, transaction
from grants.forms.factors import AppForm, PasskeyForm, plain
from grants.models import Factor, Person
from grants.queries import factors as found
from grants.services import sessions
from grants.services.factors import passkeys, recovery, registry, totp
from grants.services.factors.attempts import NotConfirmed
from grants.web.factors import enrolment_page, factor_view, onward
from grants.web.factors.onward import Onward
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import (
    enrolling,
    enter,
    fresh_factor,
    is_fresh,
    keep_session,
    load,
    oneself,
    permitted,
    session,
    token,
)
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent, not_idempotent
from grants.web.site.navigation import page
from workflows.engine.message import N_
from workflows.engine.roles import Actor

bp = Blueprint("factors", __name__, url_prefix="/account/factors")


@bp.get("")
@permitted(Permission.SEE_INBOX)
def index() -> str:
    """The reader's second factors."""
    return page("factors/index.html", factor_view.show(_site()))


@bp.get("/app")
@enrolling
def new_app() -> Response | str:
    """The form that sets up an authenticator app. Without a second factor, the reader must have just signed in."""
    found = session()
    if found and found.complete and not found.has_factor and not is_fresh():
        return redirect(url_for("sessions.new", next=request.full_path.rstrip("?")))
    return enrolment_page.asked(onward.asked())


@bp.post("/app")
@enrolling
@action(N_("Set up authenticator app"))
@fresh_factor()
@not_idempotent("a secret is set up once, and the answer shows codes that are stored nowhere")
def add_app() -> Response | tuple[str, int]:
    """Set up an authenticator app, of which the code shows that it works."""
    form, key = AppForm(), str(current_app.secret_key)
    if not form.sent():
        return enrolment_page.asked(onward.sent(), form), 422

    def add(person: Person, actor: Actor) -> None:
        sealed, code, label = form.sealed.data or "", plain(form.code.data), form.label.data or ""
        totp.add(person, sealed, code, label=label, key=key, first=_is_first(), actor=actor)

    try:
        return _added(add)
    except NotConfirmed as error:
        form.code.errors = [translate(error.reason)]
        return enrolment_page.asked(onward.sent(), form), 422


@bp.post("/passkey/options")
@enrolling
@fresh_factor()
@not_idempotent("each time another challenge takes the place of the last one")
def passkey_options() -> Response:
    """What the browser asks the device for a new passkey, as JSON."""
    site = _site()
    if site is None:
        abort(409)
    with transaction():
        options = passkeys.options_to_register(_person(), site, session=token())
    return Response(options, mimetype="application/json")


@bp.post("/passkey")
@enrolling
@action(N_("Add passkey"))
@fresh_factor()
@not_idempotent("a challenge is answered once, and the answer may show codes that are stored nowhere")
def add_passkey() -> Response | tuple[str, int]:
    """Add a passkey that the device has made."""
    form, site = PasskeyForm(), _site()
    if site is None or not form.sent():
        return _passkey_again(form), 422

    def add(person: Person, actor: Actor) -> None:
        answer, label = form.credential.data or "", form.label.data or ""
        passkeys.add(person, answer, challenge, site, label=label, first=_is_first(), actor=actor)

    try:
        with transaction():
            challenge = passkeys.take_challenge(token())
        return _added(add)
    except NotConfirmed as error:
        form.label.errors = [translate(error.reason)]
        return _passkey_again(form), 422


@bp.post("/<int:id>/remove")
@permitted(Permission.SEE_INBOX)
@action(N_("Remove second factor"), lambda unread: unread.row(Factor).label)
@fresh_factor()
@idempotent
def remove(id: int) -> Response:
    """Remove one of the reader's second factors; one that has ended is not found."""
    factor = load(Factor, id)
    with transaction():
        registry.remove(factor, actor=oneself())
    return redirect(done.after(factor, "remove_factor", url_for(".index")))


@bp.post("/recovery-codes")
@permitted(Permission.SEE_INBOX)
@action(N_("Create new recovery codes"))
@fresh_factor()
@not_idempotent("the answer shows codes that are stored nowhere; the newest ones count")
def renew_codes() -> str | Response:
    """Replace the recovery codes, and show the new ones."""
    person = _person()
    if not found.of(person.id):
        return redirect(url_for(".new_app"))
    with transaction():
        codes = recovery.renew(db.session.get_one(Person, person.id), actor=oneself())
    return enrolment_page.codes(codes, Onward(url_for(".index")))


def _added(add: Callable[[Person, Actor], None]) -> Response:
    """Add a factor: the session is then confirmed and has a new token; with the first one, recovery codes are made."""
    id = _person().id
    db.session.rollback()
    try:
        with transaction():
            person, actor = db.session.get_one(Person, id), oneself()
            add(person, actor)
            codes = () if found.codes_left(id) else recovery.renew(person, actor=actor)
            renewed = sessions.confirm(token(), current_app.extensions["settings"])
    except sessions.Gone:
        return redirect(url_for("tasks.show"))
    enter(renewed)
    shown = enrolment_page.codes(codes, onward.sent()) if codes else redirect(url_for(".index"))
    return keep_session(make_response(shown), renewed)


def _passkey_again(form: PasskeyForm) -> str:
    """The page from which the passkey was to be added, with what is wrong."""
    reader = session()
    if reader and reader.has_factor:
        return page("factors/index.html", factor_view.show(_site(), form))
    return enrolment_page.asked(onward.sent(), passkey=form)


def _is_first() -> bool:
    """Whether the reader may only add a first factor, because they have shown none."""
    reader = session()
    return reader is None or not reader.has_factor


def _person() -> Person:
    reader = session()
    assert reader is not None  # noqa: S101 - the routes require a session
    return reader.session.person


def _site() -> passkeys.Site | None:
    return passkeys.site(current_app.extensions["settings"])
