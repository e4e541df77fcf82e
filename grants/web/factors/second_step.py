"""The second step of signing in, and the fresh factor before what requires one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, current_app, make_response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.db import db, transaction
from grants.forms.factors import CodeForm, PasskeyAnswerForm, RecoveryForm, plain
from grants.models import Person
from grants.queries import sessions as sessions_of
from grants.queries.sessions import TRUSTED
from grants.services import locking, sessions
from grants.services.factors import attempts, passkeys, recovery, totp, trusted_devices
from grants.services.factors.attempts import NotConfirmed
from grants.web.factors import onward
from grants.web.factors.second_step_page import CODE, RECOVERY, asked
from grants.web.sessions.sign_in_page import goes_on
from grants.web.site.authorization import before_second_step, enter, keep_session, oneself, open_to_all, session, token
from grants.web.site.formats import translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.sending import CARRIED, local, unpacked

bp = Blueprint("second_step", __name__, url_prefix="/sign-in/second-step")


@bp.get("")
@before_second_step
@open_to_all
def show() -> Response | str:
    """The form for the second factor; without one, what sets up the first one, or signs in again."""
    found, then = session(), onward.asked()
    if found is None:
        return redirect(url_for("sessions.new", next=then.next or None))
    if not found.has_factor:
        where = "sessions.new" if found.complete else "factors.new_app"
        return redirect(url_for(where, next=then.next or None))
    return asked(then, way=_way(request.args))


@bp.post("")
@before_second_step
@open_to_all
@not_idempotent("a code works once")
def create() -> Response | tuple[str, int]:
    """Pass the second step with a code of an app or a recovery code, or refuse."""
    found, way = session(), _way(request.form)
    if found is None:
        return redirect(url_for("tasks.show"))
    form = RecoveryForm() if way == RECOVERY else CodeForm()
    if not form.sent():
        return asked(onward.sent(), form, way=way), 422
    person, complete = found.session.person, found.complete
    try:
        renewed = _confirmed(person, way, form.code.data or "")
    except NotConfirmed as error:
        form.code.errors = [translate(error.reason)]
        return asked(onward.sent(), form, way=way), 422
    except sessions.Gone:
        return redirect(url_for("tasks.show"))
    trusted = isinstance(form, CodeForm) and form.trust.data and not complete
    return _passed(renewed, _trusted(person, renewed) if trusted else "")


@bp.post("/passkey/options")
@before_second_step
@open_to_all
@not_idempotent("each time another challenge takes the place of the last one")
def passkey_options() -> Response:
    """What the browser asks a passkey, as JSON."""
    found, site = session(), passkeys.site(current_app.extensions["settings"])
    if found is None:
        abort(401)
    if site is None:
        abort(409)
    with transaction():
        options = passkeys.options_to_use(found.session.person, site, session=token())
    return Response(options, mimetype="application/json")


@bp.post("/passkey")
@before_second_step
@open_to_all
@not_idempotent("a challenge is answered once")
def use_passkey() -> Response | tuple[str, int]:
    """Pass the second step with a passkey, or refuse."""
    found, site = session(), passkeys.site(current_app.extensions["settings"])
    if found is None or site is None:
        return redirect(url_for("tasks.show"))
    form, person = PasskeyAnswerForm(), found.session.person
    try:
        with transaction():
            challenge = passkeys.take_challenge(token())
        with transaction():
            passkeys.use(person.id, form.credential.data or "" if form.sent() else "", challenge, site)
            renewed = sessions.confirm(token(), current_app.extensions["settings"])
    except NotConfirmed as error:
        code = CodeForm()
        code.process(None)
        code.code.errors = [translate(error.reason)]
        return asked(onward.sent(), code), 422
    except sessions.Gone:
        return redirect(url_for("tasks.show"))
    return _passed(renewed)


def _way(sent: Mapping[str, str]) -> str:
    return RECOVERY if sent.get("way") == RECOVERY else CODE


def _confirmed(person: Person, way: str, code: str) -> str:
    """The new token of the session. The try is counted before the code is compared; raises NotConfirmed or Gone."""
    settings, address = current_app.extensions["settings"], request.remote_addr or ""
    db.session.rollback()  # nobody who waits here holds a connection
    with sessions.slot(sessions.COUNTING_SLOTS), transaction():
        tried = attempts.begin(person, way, address=address)
    with transaction():
        if way == RECOVERY:
            held = db.session.get_one(Person, person.id)
            locking.hold(held)
            recovery.use(held, code, actor=oneself())
        else:
            totp.use(person.id, plain(code), key=str(current_app.secret_key))
        attempts.withdraw(tried)
        return sessions.confirm(token(), settings)


def _trusted(person: Person, renewed: str) -> str:
    """The token of this device, if the person may leave out the second factor on one; else empty.

    renewed: the token of the session. What ends the trust in all devices, such as a new password, ends sessions too:
    the person is shared, so that it comes first and this session is gone, or comes later and ends this trust.
    """
    with transaction():
        locking.hold(shared=[db.session.get_one(Person, person.id)])
        found = sessions_of.current(renewed)
        if found is None or not trusted_devices.may_be_trusted(frozenset(found.principal.calls)):
            return ""
        return trusted_devices.trust(found.session.person)


def _passed(renewed: str, device: str = "") -> Response:
    """Go on with the new token of the session: with the carried form, or to the page that was wanted."""
    after, carried = local(request.form.get("next", "")), unpacked(request.form.get(CARRIED, ""))
    person, start = enter(renewed), url_for("tasks.show")
    answer = (
        goes_on(carried, person, start, gettext("You have confirmed that it is you")) if carried and person else None
    )
    response = keep_session(make_response(answer or redirect(after or start)), renewed)
    if device:
        secure, seconds = current_app.config["SESSION_COOKIE_SECURE"], int(trusted_devices.LIFETIME.total_seconds())
        response.set_cookie(TRUSTED, device, max_age=seconds, httponly=True, samesite="Lax", secure=secure)
    return response
