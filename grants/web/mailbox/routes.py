"""The demonstration's emails, shown here instead of being sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, current_app

from config import Settings
from grants.outside import mailbox
from grants.web.site.authorization import open_to_all
from grants.web.site.navigation import page

bp = Blueprint("mailbox", __name__)


@dataclass(frozen=True, slots=True)
class MailsPage:
    """The latest emails, newest first."""

    mails: Sequence[mailbox.Mail]


@dataclass(frozen=True, slots=True)
class MailPage:
    """One email."""

    mail: mailbox.Mail


@bp.get("/mailbox")
@open_to_all
def index() -> str:
    """The latest emails, newest first."""
    return page("mailbox/index.html", MailsPage(_mails()))


@bp.get("/mailbox/<key>")
@open_to_all
def show(key: str) -> str:
    """One email."""
    found = next((mail for mail in _mails() if mail.key == key), None)
    return page("mailbox/show.html", MailPage(found)) if found else abort(404)


def _mails() -> list[mailbox.Mail]:
    """The emails of this instance; 404 outside the demonstration."""
    settings: Settings = current_app.extensions["settings"]
    return mailbox.messages(settings.instance) if settings.demo else abort(404)
