"""Browsers in which people have signed in: a person gets a mail when a new one signs in to their account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from grants.db import GRANTS_NOW, db, now
from grants.models import Device, Person
from grants.queries.sessions import hashed
from grants.services import outbox, retention
from workflows.engine.message import N_, Message
from workflows.mails.accounts import NEW_DEVICE

if TYPE_CHECKING:
    from grants.services.sessions import Opening

RETENTION = timedelta(days=400)
"""How long a browser is known without signing in: as long as browsers keep a cookie."""
WAYS = {
    "password": N_("with a password"),
    "link": N_("with an emailed link"),
    "provider": N_("with an identity provider"),
}
"""How a session was opened, as part of a sentence."""
WORDS = DEVICE, BROWSER_ONLY, SYSTEM_ONLY, UNKNOWN = (
    N_("%(browser)s on %(system)s"),
    N_("%(browser)s on an unknown system"),
    N_("a browser on %(system)s"),
    N_("an unknown browser"),
)
"""A device, by what is known of it."""


def named(browser: str, system: str) -> Message:
    """A device in words: "Firefox on Windows"."""
    if browser and system:
        return Message(DEVICE, browser=browser, system=system)
    if browser:
        return Message(BROWSER_ONLY, browser=browser)
    return Message(SYSTEM_ONLY, system=system) if system else Message(UNKNOWN)


def note(person: Person, opening: Opening) -> None:
    """Note that the person has signed in with this browser, and mail them if it is a new one.

    The first browser of an account is no news. How the browser looks plays no part, because anybody can imitate that.
    """
    known = select(func.count()).where(Device.person_id == person.id).scalar_subquery()
    before, at = db.session.scalar(select(known)), now()
    noted = insert(Device).values(person_id=person.id, token_sha256=hashed(opening.device), created_at=at, used_at=at)
    noted = noted.on_conflict_do_update(constraint="device_once_key", set_={"used_at": at})
    created = db.session.scalar(noted.returning(Device.created_at))
    if before and created == at:
        _mail(person, opening)


def _mail(person: Person, opening: Opening) -> None:
    device = named(opening.browser, opening.system)
    outbox.mail_account(person, NEW_DEVICE, {"at": now(), "way": Message(WAYS[opening.way]), "device": device})


def forget(person: Person) -> None:
    """Delete all devices of the person."""
    db.session.query(Device).filter_by(person_id=person.id).delete(synchronize_session=False)


def purge() -> None:
    """Forget the browsers that were not used for RETENTION; the last one of each person stays.

    Without any, the next browser would be the first one of the account, and nobody would get a mail.
    """
    later = aliased(Device)
    newer = exists().where(later.person_id == Device.person_id, later.used_at > Device.used_at)
    retention.delete_oldest(Device.id, Device.used_at, Device.used_at < GRANTS_NOW - RETENTION, newer)
