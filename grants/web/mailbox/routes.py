"""The demonstration's emails, shown here instead of being sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app

from config import Settings
from grants.outside import mailbox
from grants.queries import factors
from grants.services.factors import totp
from grants.web.site.authorization import before_second_step, open_to_all
from grants.web.site.navigation import page

bp = Blueprint("mailbox", __name__)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """The present code of a person's authenticator app."""

    name: str
    email: str
    code: str


@dataclass(frozen=True, slots=True)
class MailsPage:
    """The latest emails, newest first, and the codes of second factors."""

    mails: Sequence[mailbox.Mail]
    codes: Sequence[CodeRow]


@dataclass(frozen=True, slots=True)
class MailPage:
    """One email."""

    mail: mailbox.Mail


@bp.get("/mailbox")
@before_second_step
@open_to_all
def index() -> str:
    """The latest emails, newest first."""
    return page("mailbox/index.html", MailsPage(_mails(), _codes()))


@bp.get("/mailbox/<key>")
@before_second_step
@open_to_all
def show(key: str) -> str:
    """One email."""
    found = next((mail for mail in _mails() if mail.key == key), None)
    return page("mailbox/show.html", MailPage(found)) if found else abort(404)


def _codes() -> list[CodeRow]:
    """The codes that the apps of the demonstration's people show now, in two groups as apps write them."""
    key = str(current_app.secret_key)
    found = [(one.person, totp.code_now(one, key=key)) for one in factors.of_demonstration()]
    return [CodeRow(person.name, person.email, f"{code[:3]} {code[3:]}") for person, code in found]


def _mails() -> list[mailbox.Mail]:
    """The emails of this instance; 404 outside the demonstration."""
    settings: Settings = current_app.extensions["settings"]
    return mailbox.messages(settings.instance) if settings.demo else abort(404)
