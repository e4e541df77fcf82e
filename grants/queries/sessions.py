"""Sessions of signed-in people."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import contains_eager

from grants.access import principals
from grants.access.principals import Principal
from grants.access.ties import TIES_OF_PERSON
from grants.db import GRANTS_NOW, db, note_instant
from grants.models import Membership, Organisation, Person, SignIn, SignInFailure

COOKIE = "grants_session"
SIDES = (
    select(Organisation.name)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .where(Membership.person_id == Person.id, Membership.ended_at.is_(None))
    .order_by(Organisation.sort_key)
    .limit(2)
    .correlate(Person)
)
"""The names of the organisations that the person acts for; two are enough to know whether there is only one."""
IPV4 = 4
RUNNING = (
    select(SignIn, TIES_OF_PERSON, func.array(SIDES.scalar_subquery()), GRANTS_NOW)
    .join(SignIn.person)
    .options(contains_eager(SignIn.person))
    .where(
        SignIn.token_sha256 == bindparam("token"),
        SignIn.ends_at > GRANTS_NOW,
        SignIn.idle_ends_at > GRANTS_NOW,
        Person.ended_at.is_(None),
    )
)
"""The session of a token with its person, the ties of that person, and the instant by the database clock.

One statement, composed once, because every request asks it.
"""


class Current(NamedTuple):
    """A session that has not expired, with its person, the principal for that person, and their organisation.

    side: the name of the organisation that they act for, if there is exactly one; else empty.
    """

    session: SignIn
    principal: Principal
    side: str


def current(token: str) -> Current | None:
    """The session of a token, if it has not expired and its person has an account; one statement."""
    if not token:
        return None
    found = db.session.execute(RUNNING, {"token": hashed(token)}).first()
    if found is None:
        return None
    session, ties, sides, instant = found
    note_instant(instant)
    side = sides[0] if len(sides) == 1 else ""
    return Current(session, principals.principal_of(session.person, ties or ()), side)


def person_of(email: str) -> Person | None:
    """The account with this mail address."""
    return db.session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.ended_at.is_(None))
    ).first()


class Failures(NamedTuple):
    """Recent failures to sign in. here: for the account from the place. account, place: for either alone."""

    here: int
    account: int
    place: int


def failures(email: str, address: str, window: timedelta) -> Failures:
    """The recent failures to sign in to this account, from the place of this network address, and both."""
    account = SignInFailure.email_sha256 == hashed(email.strip().lower())
    from_here = SignInFailure.address_sha256 == hashed(place(address))
    counted = select(
        func.count().filter(account, from_here), func.count().filter(account), func.count().filter(from_here)
    ).where(SignInFailure.at > GRANTS_NOW - window, or_(account, from_here))
    return Failures(*db.session.execute(counted).one())


def place(address: str) -> str:
    """What counts as one place: an address of IPv4, or the network of 64 bits that one customer has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == IPV4:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def hashed(text: str) -> str:
    """The SHA-256 in hexadecimal; tokens and addresses are never stored in plain text."""
    return hashlib.sha256(text.encode()).hexdigest()
