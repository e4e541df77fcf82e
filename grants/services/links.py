"""One-time links: issue, use, end. The link holds a random token, the database its hash."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, update

from grants.db import GRANTS_NOW, db
from grants.models import EmailChange, Link, Person
from grants.queries import persons, sessions
from grants.queries.links import is_live
from grants.queries.sessions import hashed
from grants.services import locking, outbox, retention
from grants.services import sessions as sign_in

SET_UP, SIGN_IN, PASSWORD = "set_up", "sign_in", "password"
EMAIL, KEEP_EMAIL = "email", "keep_email"
ENTRIES = (SET_UP, SIGN_IN, PASSWORD)
"""The purposes of links that sign in. The others confirm or stop a change of the email address, and open no session."""
LIFETIMES: Mapping[str, timedelta] = {
    SET_UP: timedelta(days=3),
    SIGN_IN: timedelta(minutes=20),
    PASSWORD: timedelta(minutes=20),
    EMAIL: timedelta(hours=24),
    KEEP_EMAIL: timedelta(hours=24),
}
"""How long a link works, by its purpose."""
TOKEN_BYTES = 32
WANTED, PLACE_WANTED = 3, 30
"""How many mails with a link can be asked for from one place within WINDOW: for one account, and in all."""
ACCOUNT_WANTED, WARY_WANTED = 20, 1
"""After so many for an account from all places, each place can ask for fewer. The owner can always ask for one."""
WINDOW = timedelta(minutes=15)
A_DAY, DAY = 20, timedelta(hours=24)
"""How many can be asked for from one place for one account within a day."""
RETENTION = timedelta(days=30)
"""How long used links, and those that nobody used in time, are kept for an investigation after an attack."""


class Issued(NamedTuple):
    """A new link and its person."""

    person: Person
    token: str


class Unusable(ValueError):
    """The link is unknown, was used or replaced, or has ended, or the account has ended. Nothing says which."""


def issue(person: Person, purpose: str, change: EmailChange | None = None) -> str:
    """Create a link for the person and return its token, which is stored nowhere.

    A new link to set up an account replaces the earlier one. One that is mailed replaces none, because a stranger who
    asks for it would end the link that the owner has just received. The caller holds the person. purpose: a key of
    LIFETIMES. change: of the email address, for the two links about it.
    """
    locking.require(person)
    if purpose == SET_UP:
        end(person, SET_UP)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    ends_at = GRANTS_NOW + LIFETIMES[purpose]
    link = Link(token_sha256=hashed(token), person_id=person.id, purpose=purpose, ends_at=ends_at)
    link.email_change_id = change.id if change else None
    db.session.add(link)
    db.session.flush()
    return token


def ask(email: str, purpose: str, *, address: str) -> None:
    """Order a mail with a link for the account with this email address, whether or not there is one.

    Nothing here depends on whether there is: the worker that writes the mail looks for the account and issues the link.
    Beyond the limits nothing is ordered, and the links that were sent still work. address: the network address of the
    request.
    """
    if admitted("link", email, address=address):
        outbox.mail_link(account=hashed(email.strip().lower()), purpose=purpose)


def admitted(what: str, email: str, *, address: str) -> bool:
    """Count a mail that somebody asks for, and return whether it is within the limits of its place and its account.

    what: the kind of mail, each of which is counted apart.
    """
    account, place = f"{what} for {email.strip().lower()}", f"{what} from {sessions.place(address)}"
    sign_in.wait_for_others(place)
    found = sessions.failures(account, place, WINDOW)
    most = WANTED if found.account < ACCOUNT_WANTED else WARY_WANTED
    today = sessions.failures(account, place, DAY).here
    allowed = found.here < most and found.place < PLACE_WANTED and today < A_DAY
    if allowed:
        sign_in.record_failure(account=account, address=place)
    return allowed


def issue_to(account: str, purpose: str) -> Issued | None:
    """Issue a link to the account whose email address has this hash; None if there is none."""
    person = persons.hashed_as(account)
    if person is None:
        return None
    locking.hold(person)
    return Issued(person, issue(person, purpose))


def use(token: str, person: Person) -> str:
    """Use the link of this person, who is held; returns its purpose. Raises Unusable.

    One that signs in ends all others that do. What ends with those about a change of the address, `email_changes`
    decides. One statement decides, so that of several attempts at the same time one succeeds.
    """
    locking.require(person)
    used = update(Link).where(is_live(token), Link.person_id == person.id).values(used_at=GRANTS_NOW)
    purpose = db.session.scalar(used.returning(Link.purpose).execution_options(synchronize_session=False))
    if purpose is None:
        raise Unusable
    if purpose in ENTRIES:
        end(person, *ENTRIES)
    return purpose


def end(person: Person, *purposes: str) -> None:
    """Delete the links of the person that were not used: for these purposes or, without any, all of them."""
    unused = (Link.person_id == person.id, Link.used_at.is_(None), Link.purpose.in_(purposes or LIFETIMES))
    db.session.execute(delete(Link).where(*unused).execution_options(synchronize_session=False))


def end_of(person: Person, change: int, *, later: bool = False) -> None:
    """Delete the links of a change of the person that were not used. later: also those of all later changes."""
    of_it = Link.email_change_id >= change if later else Link.email_change_id == change
    unused = delete(Link).where(Link.person_id == person.id, Link.used_at.is_(None), of_it)
    db.session.execute(unused.execution_options(synchronize_session=False))


def purge() -> None:
    """Delete the links that ended RETENTION ago."""
    retention.delete_oldest(Link.token_sha256, Link.ends_at, Link.ends_at < GRANTS_NOW - RETENTION)
