"""The link of optional mails by which their recipient receives only urgent emails, without signing in.

Its token is signed for this purpose and names the person and the day of the mail; nothing is stored. It opens no
session and changes one choice, which is undone on the page of the account.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

from itsdangerous import BadSignature, Signer

from grants.db import db, today
from grants.models import Person
from grants.services import locking, persons
from workflows.engine.message import Message
from workflows.engine.urgency import Delivery

LIFETIME = timedelta(days=90)
"""How long the link of a mail works."""
CONTENT = re.compile(r"(?P<person>[1-9][0-9]{0,8})\.(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII)


class Unusable(ValueError):
    """The token is not ours or has expired, or the account has ended. Nothing says which."""


def token(person: int, day: date, *, key: str) -> str:
    """The token of a mail of this day to this person. key: of the application."""
    return _signer(key).sign(f"{person}.{day.isoformat()}").decode()


def holder(token: str, *, key: str) -> Person:
    """The person whom the token names; raises Unusable."""
    try:
        found = CONTENT.fullmatch(_signer(key).unsign(token).decode())
    except (BadSignature, UnicodeDecodeError):
        raise Unusable from None
    if found is None or date.fromisoformat(found["day"]) + LIFETIME < today():
        raise Unusable
    person = db.session.get(Person, int(found["person"]))
    if person is None or person.ended_at is not None:
        raise Unusable
    return person


def use(token: str, *, key: str) -> None:
    """Send the person only urgent emails from now on, and record it in history; nothing if they have chosen it already.

    Raises Unusable.
    """
    person = holder(token, key=key)
    locking.hold(person)
    if person.ended_at is not None:
        raise Unusable
    if person.mail_delivery != Delivery.URGENT:
        person.mail_delivery = Delivery.URGENT
        db.session.flush()
        message = Message("Fewer emails chosen through the link in an email")
        persons.record(person, persons.themselves(person, via="link"), "profile", message)


def _signer(key: str) -> Signer:
    return Signer(key, salt="only-urgent-emails", digest_method=hashlib.sha256)
