"""What people change in their own account."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from config import LANGUAGES
from grants.access.permissions import Permission
from grants.db import transaction
from grants.queries.sessions import COOKIE
from grants.services import preferences, sessions
from grants.services.refusals import Refused, Stale
from grants.web.persons import account_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import LARGEST_ID, permitted
from grants.web.site.errors import shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import keep_language, page
from grants.web.site.sending import local
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_
from workflows.forms.values import WHOLE, whole

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.post("")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Save changes"))
@labelled(lambda _: account_view.form(account_view.oneself()))
@idempotent
def change() -> Response | tuple[str, int]:
    """Change name, languages and time zone."""
    person = account_view.oneself()
    form = account_view.form(person)
    if not form.sent():
        return page("persons/account.html", account_view.show(person, form)), 422
    try:
        with transaction():
            preferences.change(person, form.preferences(person), version=sent_version(OUTDATED))
    except (Refused, Stale) as wrong:
        return shown_again(lambda: page("persons/account.html", account_view.show(account_view.oneself(), form)), wrong)
    answer = redirect(done.after(person, "profile", url_for("persons.account")))
    return keep_language(answer, person.language)


@bp.post("/sessions/end")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("End session"))
@idempotent
def end_session() -> Response:
    """End one of the reader's own sessions; that of another person stays as it is, like one that has ended already."""
    id = request.form.get("session", "")
    if not WHOLE.fullmatch(id) or whole(id) > LARGEST_ID:
        abort(404)
    with transaction():
        sessions.end(account_view.oneself(), whole(id))
    return redirect(url_for("persons.account", _anchor="sign-ins"))


@bp.post("/sessions/end-others")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("End all other sessions"))
@idempotent
def end_others() -> Response:
    """End every session of the reader but this one."""
    with transaction():
        sessions.end_others(account_view.oneself(), request.cookies.get(COOKIE, ""))
    return redirect(url_for("persons.account", _anchor="sign-ins"))


@bp.post("/language")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Change language"))
@idempotent
def speak() -> Response:
    """Set the language of pages, from the header of any page, and return to that page."""
    language, here = request.form.get("language", ""), local(request.form.get("next", ""))
    if language not in LANGUAGES:
        return redirect(here or url_for("persons.account"))
    with transaction():
        preferences.set_language(account_view.oneself(), language)
    return keep_language(redirect(here or url_for("persons.account")), language)
