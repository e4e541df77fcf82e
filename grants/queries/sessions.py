"""Sessions of signed-in people."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import contains_eager

from grants.access import principals
from grants.access.principals import Principal
from grants.access.ties import TIES_OF_PERSON
from grants.db import GRANTS_NOW, db, note_instant
from grants.models import Membership, Organisation, Person, SignIn, SignInFailure
from grants.queries.factors import HAS_FACTOR

COOKIE, TRUSTED = "grants_session", "grants_trusted"
"""The cookies of a session, and of a device on which no second factor is asked for."""
RECENT = timedelta(minutes=20)
"""How long after signing in it need not be done again: to set up the first second factor, or, without a password, to
change the address."""
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
    select(SignIn, TIES_OF_PERSON, func.array(SIDES.scalar_subquery()), HAS_FACTOR, GRANTS_NOW)
    .join(SignIn.person)
    .options(contains_eager(SignIn.person))
    .where(
        SignIn.token_sha256 == bindparam("token"),
        SignIn.ends_at > GRANTS_NOW,
        SignIn.idle_ends_at > GRANTS_NOW,
        Person.ended_at.is_(None),
    )
)
"""The session of a token with its person, their ties, whether they have a second factor, and the database's time.

One statement, composed once, because every request asks it.
"""


class Current(NamedTuple):
    """A session that has not expired, with its person, the principal for that person, and their organisation.

    side: the name of the organisation that they act for, if there is exactly one; else empty. has_factor: whether the
    person has a second factor. at: the instant by the database clock.
    """

    session: SignIn
    principal: Principal
    side: str
    has_factor: bool
    at: datetime

    @property
    def asked(self) -> bool:
        """Whether a second factor is asked for: of people who have one, or hold a role by appointment."""
        return self.has_factor or bool(self.principal.calls)

    @property
    def complete(self) -> bool:
        """Whether the session gives its person what they may do. Without the second step it gives nothing."""
        return self.session.confirmed_at is not None or not self.asked

    @property
    def is_recent(self) -> bool:
        """Whether the session was opened within RECENT."""
        return self.at - self.session.created_at < RECENT

    def is_fresh(self, age: timedelta) -> bool:
        """Whether the second factor was shown within this time; without one, whether the person has just signed in."""
        shown = self.session.confirmed_at
        return self.is_recent if not self.asked else (shown is not None and self.at - shown <= age)


def current(token: str) -> Current | None:
    """The session of a token, if it has not expired and its person has an account; one statement."""
    if not token:
        return None
    found = db.session.execute(RUNNING, {"token": hashed(token)}).first()
    if found is None:
        return None
    session, ties, sides, has_factor, instant = found
    note_instant(instant)
    side = sides[0] if len(sides) == 1 else ""
    return Current(session, principals.principal_of(session.person, ties or ()), side, has_factor, instant)


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


def failures(account: str, address: str, window: timedelta) -> Failures:
    """The recent failures of this account, from the place of this network address, and both.

    account: what is counted, then for whom, as in `services.sessions.record_failure`.
    """
    own = SignInFailure.email_sha256 == hashed(account)
    from_here = SignInFailure.address_sha256 == hashed(place(address))
    counted = select(
        func.count().filter(own, from_here), func.count().filter(own), func.count().filter(from_here)
    ).where(SignInFailure.at > GRANTS_NOW - window, or_(own, from_here))
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
