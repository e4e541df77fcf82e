"""A person changes their own password."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.identities import OwnPasswordForm
from grants.models import Person
from grants.outside import greenlets
from grants.queries.sessions import COOKIE
from grants.services import persons, sessions
from grants.services.refusals import Refused
from grants.services.sessions import Attempt
from grants.web.persons import account_view, identity
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import keep_session, permitted
from grants.web.site.errors import shown_again
from grants.web.site.formats import translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_

bp = Blueprint("password", __name__, url_prefix="/account/password")


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """The form for a new password; form is None for an account without one, which gets a link instead."""

    person: Person
    form: OwnPasswordForm | None


@bp.get("")
@permitted(Permission.OWN_ACCOUNT)
def show() -> str:
    """The form for a new password."""
    person = account_view.oneself()
    return _page(OwnPasswordForm() if person.password_hash else None)


@bp.post("")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Change password"))
@labelled(lambda _: OwnPasswordForm())
@not_idempotent("the current password is entered each time, and is another one afterwards")
def change() -> Response | tuple[str, int]:
    """Change the password. The session goes on under another token, and all others end."""
    person, form = account_view.oneself(), OwnPasswordForm()
    if not form.sent():
        return _page(form), 422
    if reason := persons.unfit(form.password.data or "", person):
        form.password.errors = [translate(reason)]
        return _page(form), 422
    tried = identity.identify(form, person.email)
    if tried is None:
        return _page(form), 422
    try:
        token = _changed(tried, form.password.data or "")
    except Refused as wrong:
        return shown_again(lambda: _page(form), wrong)
    after = done.after(account_view.oneself(), "password", url_for("persons.account"))
    return keep_session(redirect(after), token)


def _changed(tried: Attempt, password: str) -> str:
    """The new token of the session. The password is hashed while nothing is open."""
    new = sessions.password_hash(password, current_app.extensions["settings"], greenlets.aside)
    with transaction():
        sessions.withdraw(tried)
        token = request.cookies.get(COOKIE, "")
        return persons.change_password(account_view.oneself(), new, known=tried.password_hash, token=token)


def _page(form: OwnPasswordForm | None) -> str:
    return page("persons/password.html", PasswordPage(account_view.oneself(), form))
