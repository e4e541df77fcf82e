"""One-time links: what a link is for, and its use. Opening one changes nothing: mail scanners open links too."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from grants.db import ConstraintViolated, db, transaction
from grants.forms.links import PasswordForm
from grants.models import Link, Person
from grants.outside import greenlets
from grants.queries import links as stored
from grants.queries.sessions import COOKIE, TRUSTED
from grants.services import email_changes, links, locking, persons, sessions
from grants.services.factors import trusted_devices
from grants.web.links import link_view
from grants.web.sessions.devices import keep_device, opening
from grants.web.site.authorization import before_second_step, keep_session, open_to_all, session
from grants.web.site.formats import translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.navigation import page

bp = Blueprint("links", __name__)


@bp.get("/link/<token>")
@before_second_step
@open_to_all
def show(token: str) -> str | tuple[str, int]:
    """What the link does and whose account it is for, with the button or the form that uses it."""
    link = stored.live(token)
    return _page(link, _form(link)) if link else _unusable()


@bp.post("/link/<token>")
@before_second_step
@open_to_all
@not_idempotent("a link works once, and nobody is signed in yet to whom a key could belong")
def use(token: str) -> Response | str | tuple[str, int]:
    """Set the password, if the link is for that, and sign in. The second of two clicks changes nothing more."""
    reader = session()
    if stored.was_used_by(token, reader.session.person_id if reader else None):
        return redirect(url_for("tasks.show"))
    link = stored.live(token)
    if link is None:
        return _unusable()
    if link.purpose not in links.ENTRIES:
        return _answered(token, link)
    form = _form(link)
    if form and not _fits(form, link.person):
        return _page(link, form), 422
    try:
        opened = _used(token, link.person_id, (form.password.data or "") if form else None)
    except links.Unusable:
        return _unusable()
    return keep_device(keep_session(redirect(url_for("tasks.show")), opened))


@bp.after_request
def conceal(response: Response) -> Response:
    """Keep the address out of caches and of the requests that follow.

    The origin alone is still sent, because the protection of forms compares it where the connection is secure.
    """
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _form(link: Link) -> PasswordForm | None:
    """The form of the link; None if it sets no password. The first password of an account is not called new."""
    if link.purpose not in {links.SET_UP, links.PASSWORD}:
        return None
    form = PasswordForm()
    if link.purpose == links.SET_UP:
        form.password.label.text = gettext("Password")
    return form


def _fits(form: PasswordForm, person: Person) -> bool:
    """Whether the form has a password that this person may choose; else it has an error."""
    if not form.sent():
        return False
    if reason := persons.unfit(form.password.data or "", person):
        form.password.errors = [translate(reason)]
        return False
    return True


def _used(token: str, person_id: int, password: str | None) -> str:
    """The token of a new session. The password is hashed before anything is open; raises Unusable."""
    settings, hashed = current_app.extensions["settings"], None
    db.session.rollback()
    if password is not None:
        hashed = sessions.password_hash(password, settings, greenlets.aside)
    with transaction():
        person = db.session.get_one(Person, person_id)
        locking.hold(person)
        purpose = links.use(token, person)
        if hashed and purpose != links.SIGN_IN:
            persons.set_password(person, hashed)
        sessions.close(request.cookies.get(COOKIE, ""))
        shown_at = trusted_devices.trusted_since(person, request.cookies.get(TRUSTED, ""))
        return sessions.open_for(person, settings, opening("link"), confirmed_at=shown_at)


def _answered(token: str, link: Link) -> str | tuple[str, int]:
    """Confirm, stop or undo a change of an address; nobody is signed in by that."""
    person_id, change_id, done = link.person_id, link.email_change_id or 0, link_view.used(link)
    db.session.rollback()
    try:
        with transaction():
            person = db.session.get_one(Person, person_id)
            locking.hold(person)
            if links.use(token, person) == links.EMAIL:
                email_changes.confirm(person)
            else:
                email_changes.refuse(person, change_id, current_app.extensions["settings"])
    except links.Unusable:
        return _unusable()
    except ConstraintViolated:
        return page("errors.html", link_view.taken()), 409
    return page("links/used.html", done)


def _page(link: Link, form: PasswordForm | None) -> str:
    return page("links/show.html", link_view.show(link, form))


def _unusable() -> tuple[str, int]:
    """404, in the same words for a link that is unknown, was used or replaced, or has ended."""
    return page("errors.html", link_view.unusable()), 404
