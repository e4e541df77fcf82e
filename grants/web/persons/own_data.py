"""A person's copy of what is stored about them, and closing their account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as Answer

from grants.access.permissions import Permission
from grants.db import transaction
from grants.forms.identities import ClosingForm
from grants.models import Person
from grants.queries import personal_data
from grants.queries.sessions import COOKIE
from grants.services import closures, transitions
from grants.services.refusals import Refused
from grants.web.persons import account_view, identity
from grants.web.site.actions import action
from grants.web.site.authorization import open_to_all, permitted, principal
from grants.web.site.components import Reason
from grants.web.site.errors import shown_again
from grants.web.site.formats import current_day, translate
from grants.web.site.idempotency import not_idempotent
from grants.web.site.labels import labelled
from grants.web.site.navigation import page
from workflows.engine.message import N_, Message

bp = Blueprint("own_data", __name__, url_prefix="/account")


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """Closing the account. reasons: against it; if there are any, there is no form. recent: as for a new address."""

    person: Person
    form: ClosingForm
    reasons: Sequence[Reason]
    recent: bool


@bp.get("/data")
@permitted(Permission.OWN_ACCOUNT)
def copy() -> Response:
    """A file with what is stored about the reader."""
    found = personal_data.of(account_view.oneself(), principal())
    text = json.dumps(found, default=_plain, ensure_ascii=False, indent=2) + "\n"
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=account-{current_day().isoformat()}.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/close")
@permitted(Permission.OWN_ACCOUNT)
def closing() -> str:
    """What closing the account does, with the form or the reasons against it."""
    return _page(_form())


@bp.post("/close")
@permitted(Permission.OWN_ACCOUNT)
@action(N_("Close account"))
@labelled(lambda _: _form())
@not_idempotent("an account is closed once, and afterwards nobody is signed in to whom a key could belong")
def close() -> Answer | tuple[str, int]:
    """Close the account and remove name and address from it; 403 while something stands against that."""
    form, person = _form(), account_view.oneself()
    if account_view.reasons_to_stay(person):
        return _page(form), 403
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
            closures.close(account_view.oneself(), apply=transitions.apply)
    except Refused as refused:
        return shown_again(lambda: _page(form), refused)
    answer = redirect(url_for(".closed"))
    answer.delete_cookie(COOKIE)
    return answer


@bp.get("/closed")
@open_to_all
def closed() -> str:
    """The page after an account was closed."""
    return page("persons/closed.html")


def _plain(value: object) -> object:
    """A value that JSON has no form for."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Message):
        return translate(value)
    raise TypeError(type(value).__name__)


def _form() -> ClosingForm:
    form: ClosingForm = identity.asked_for(ClosingForm(), account_view.oneself())
    return form


def _page(form: ClosingForm) -> str:
    person = account_view.oneself()
    recent = person.password_hash is not None or identity.is_recent()
    return page("persons/close.html", ClosingPage(person, form, account_view.reasons_to_stay(person), recent))
