"""A change of the email address: asked for, confirmed at the new address, stopped or undone from the old one.

Nothing changes before it is confirmed. Whether the new address belongs to another account is first asked by the worker
that writes the mail, so that no answer of a page reveals it. The links are issued by the worker too: no row of the
outbox holds a token.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select, update

from config import Settings
from grants.db import GRANTS_NOW, db, now
from grants.models import EmailChange, Person
from grants.queries import email_changes, persons, sessions
from grants.services import links, locking, mail_limits, outbox, provider_accounts, retention
from grants.services import persons as accounts
from grants.services import sessions as sign_in
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.mails.accounts import EMAIL_CHANGED

WANTED, WINDOW = 3, links.WINDOW
"""How many changes a person can ask for within this time, because each mails somebody."""


A_DAY = 10
"""How many changes a person can ask for within a day."""
ASKED = Message("You have asked for %(most)s changes within 24 hours. Try again tomorrow.", most=A_DAY)


class Mail(StrEnum):
    """The mails of a change: to the new address and to the old one."""

    CONFIRM = "confirm"
    ANNOUNCE = "announce"


def ask(person: Person, email: str) -> EmailChange:
    """Ask for a change to this address, in place of an earlier one; orders a mail to the new and one to the old.

    Raises Refused for what is no address, for the present one, for the fourth change within WINDOW, and beyond the
    limits of a day.
    """
    locking.hold(person)
    email = email.strip().lower()
    if wrong := tuple(accounts.faults(email, person.name, person.language, person.timezone)):
        raise Refused(*wrong)
    if email == person.email:
        raise Refused(Message("This is the current address of your account."))
    key = f"address of {person.id}"
    if sessions.failures(key, key, WINDOW).account >= WANTED:
        raise Refused(
            Message(
                "You have asked for %(most)s changes within %(minutes)s minutes. Wait, then try again.",
                most=WANTED,
                minutes=int(WINDOW.total_seconds()) // 60,
            )
        )
    mail_limits.count(email, mail_limits.Limit(f"addresses of {person.id} in a day", A_DAY, ASKED))
    sign_in.record_failure(account=key, address=key)
    _end(person)
    change = EmailChange(person_id=person.id, email=email, ends_at=now() + links.LIFETIMES[links.EMAIL])
    db.session.add(change)
    db.session.flush()
    outbox.mail_email_change(change, list(Mail))
    return change


def stop(person: Person) -> None:
    """Stop the change that the person has asked for, if there is one; its links no longer work."""
    locking.hold(person)
    _end(person)


def refuse(person: Person, id: int, settings: Settings) -> EmailChange:
    """Stop a change that the person, who is held, did not ask for, or undo it if it was confirmed; returns it.

    All sessions end, all links that sign in, and later changes with their links; links to earlier addresses stay. Where
    the new address was confirmed, the earlier one is put back, and the password is removed, because whoever changed the
    address knew it or has set it: the person signs in by a link to the address that they have again. Accounts at an
    identity provider are no longer linked, because one with the other address could be. The transaction raises
    ConstraintViolated when another account has got that address meanwhile.
    """
    locking.require(person)
    change = db.session.get_one(EmailChange, id)
    former, message = change.former, Message("Change of the email address stopped")
    _end(person)
    if former is not None:
        person.email, person.password_hash = former, None
        message = Message("Change of the email address undone, and password removed")
    db.session.flush()
    links.end(person, *links.ENTRIES)
    links.end_of(person, id, later=True)
    undone = update(EmailChange).where(EmailChange.person_id == person.id, EmailChange.id >= id).values(former=None)
    db.session.execute(undone.execution_options(synchronize_session=False))
    accounts.sign_out_everywhere(person)
    themselves = accounts.themselves(person, via="link")
    accounts.record(person, themselves, "email", message)
    if former is not None:
        provider_accounts.remove_all(person, settings, actor=themselves)
    return change


def confirm(person: Person) -> EmailChange:
    """Give the person, who is held and has used the link at the new address, that address; record it in history.

    The links that sign in end, because they were mailed to the old address. The link there which stops the change works
    on, and then undoes it: whoever asked for the change may not have been the owner. Raises links.Unusable if the
    change was stopped. The transaction raises ConstraintViolated when another account has got the address meanwhile.
    """
    locking.require(person)
    change = email_changes.pending(person)
    if change is None:
        raise links.Unusable
    change.former, person.email, change.ended_at = person.email, change.email, now()
    links.end(person, *links.ENTRIES, links.EMAIL)
    db.session.flush()
    accounts.record(person, accounts.themselves(person, via="link"), "email", Message("Email address changed"))
    outbox.mail_account(person, EMAIL_CHANGED, {"email": person.email})
    return change


def _end(person: Person) -> None:
    """End the pending change of the person, who is held, with its links."""
    waiting = update(EmailChange).where(EmailChange.person_id == person.id, EmailChange.ended_at.is_(None))
    ended = waiting.values(ended_at=GRANTS_NOW).returning(EmailChange.id)
    id = db.session.scalar(ended.execution_options(synchronize_session=False))
    if id is not None:
        links.end_of(person, id)


def link_for(id: int, mail: Mail) -> tuple[EmailChange, str] | None:
    """The change and the token of a new link for one of its mails; None if it was stopped or undone, or is over.

    The old address is also written to after the change was confirmed, the new one before that only. The token is empty
    for the new address if it belongs to an account already.
    """
    change = db.session.scalars(select(EmailChange).where(EmailChange.id == id)).first()
    if change is None:
        return None
    locking.hold(change.person)
    db.session.refresh(change)
    confirmed = mail is Mail.ANNOUNCE and change.former is not None
    over = change.ended_at is not None and not confirmed
    if over or change.ends_at <= now() or change.person.ended_at is not None:
        return None
    if mail is Mail.CONFIRM and persons.at(change.email) is not None:
        return change, ""
    return change, links.issue(change.person, links.EMAIL if mail is Mail.CONFIRM else links.KEEP_EMAIL, change)


def purge() -> None:
    """Delete the changes whose links ended long ago."""
    retention.delete_oldest(EmailChange.id, EmailChange.ends_at, EmailChange.ends_at < GRANTS_NOW - links.RETENTION)
