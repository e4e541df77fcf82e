"""What people change in their own account."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from config import LANGUAGES
from grants.access.permissions import Permission
from grants.db import transaction
from grants.services import profiles
from grants.services.refusals import Refused, Stale
from grants.web.persons import account_view
from grants.web.site import done
from grants.web.site.actions import action
from grants.web.site.authorization import permitted
from grants.web.site.errors import shown_again
from grants.web.site.idempotency import idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import keep_language, page
from grants.web.site.sending import local
from grants.web.site.versions import OUTDATED, sent_version
from workflows.engine.message import N_

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
            profiles.change(person, form.profile(person), version=sent_version(OUTDATED))
    except (Refused, Stale) as wrong:
        return shown_again(lambda: page("persons/account.html", account_view.show(account_view.oneself(), form)), wrong)
    answer = redirect(done.after(person, "profile", url_for("persons.account")))
    return keep_language(answer, person.language)


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
        profiles.set_language(account_view.oneself(), language)
    return keep_language(redirect(here or url_for("persons.account")), language)
