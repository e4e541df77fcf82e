"""A person asks for another email address, which is confirmed by a link mailed to it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.identities import EmailForm
from grants.models import Person
from grants.services import email_changes
from grants.services.refusals import Refused
from grants.web.persons import account_view, identity
from grants.web.site.actions import action
from grants.web.site.authorization import fresh_factor, has_factor, permitted
from grants.web.site.formats import translate
from grants.web.site.idempotency import idempotent, not_idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_

bp = Blueprint("email", __name__, url_prefix="/account/email")


@dataclass(frozen=True, slots=True)
class EmailPage:
    """The form for a new address. recent: the reader may send it; without a password they must have just signed in."""

    person: Person
    form: EmailForm
    recent: bool


@bp.get("")
@permitted(Permission.OWN_ACCOUNT)
@fresh_factor(has_factor)
def show() -> str:
    """The form for a new address."""
    return _page(_form())


@bp.post("")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Change email address"))
@labelled(lambda _: _form())
@fresh_factor(has_factor)
@not_idempotent("a later change takes the place of an earlier one, and the password is entered each time")
def change() -> Response | tuple[str, int]:
    """Mail a link to the new address; nothing changes before it is used. The answer is the same for every address."""
    form, person = _form(), account_view.oneself()
    if not form.sent():
        return _page(form), 422
    if person.password_hash is None and not identity.is_recent():
        return _page(form), 409
    tried = identity.identify(form, person.email) if person.password_hash else None
    if "present_password" in form and tried is None:
        return _page(form), 422
    with transaction():
        identity.withdraw(tried)
    try:
        with transaction():
            email_changes.ask(account_view.oneself(), form.email.data or "")
    except Refused as refused:
        form.email.errors = [translate(reason) for reason in refused.reasons]
        return _page(form), 422
    return redirect(url_for("persons.account"))


@bp.post("/stop")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Keep the current address"))
@idempotent
def stop() -> Response:
    """Stop the change that was asked for."""
    with transaction():
        email_changes.stop(account_view.oneself())
    return redirect(url_for("persons.account"))


def _form() -> EmailForm:
    form: EmailForm = identity.asked_for(EmailForm(), account_view.oneself())
    return form


def _page(form: EmailForm) -> str:
    person = account_view.oneself()
    recent = person.password_hash is not None or identity.is_recent()
    return page("persons/email.html", EmailPage(person, form, recent))
