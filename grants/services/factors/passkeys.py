"""Passkeys (WebAuthn): register one, and sign in with it as the second step.

A challenge is stored with the session and taken from it before an answer is looked at, so that no answer counts two
times. The device verifies its user each time.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from config import Settings
from grants.db import GRANTS_NOW, db
from grants.models import Factor, Person, SignIn
from grants.models.factors import PASSKEY
from grants.queries import factors
from grants.queries.sessions import hashed
from grants.services import locking
from grants.services.factors import registry
from grants.services.factors.attempts import NotConfirmed
from grants.services.factors.totp import ISSUER
from grants.services.integrity.changes import NOTED
from workflows.engine.message import Message
from workflows.engine.roles import Actor

if TYPE_CHECKING:
    from grants.services.factors.ceremonies import Known

LONGEST = timedelta(minutes=5)
"""How long a challenge can be answered."""
REFUSED = Message("The passkey was not accepted. Try again, or use another method.")


@dataclass(frozen=True, slots=True)
class Site:
    """The site for which passkeys are made. host: the one that browsers bind them to. origin: with scheme and port."""

    host: str
    origin: str


def site(settings: Settings) -> Site | None:
    """The site of the configured address; None if it is an IP address, for which browsers make no passkeys."""
    try:
        ipaddress.ip_address(settings.public_host)
    except ValueError:
        return Site(settings.public_host, settings.address)
    return None


def options_to_register(person: Person, site: Site, *, session: str) -> str:
    """What the browser asks the device for a new passkey, as JSON. session: the token; it holds the challenge."""
    from grants.services.factors import ceremonies

    asked = ceremonies.ask_to_register(
        host=site.host,
        issuer=ISSUER,
        user=f"person {person.id}",
        email=person.email,
        name=person.name,
        known=_known(person),
    )
    _keep(asked.challenge, session)
    return asked.options


def options_to_use(person: Person, site: Site, *, session: str) -> str:
    """What the browser asks the device for one of the passkeys of the person, as JSON."""
    from grants.services.factors import ceremonies

    asked = ceremonies.ask_to_use(host=site.host, known=_known(person))
    _keep(asked.challenge, session)
    return asked.options


def take_challenge(session: str) -> str:
    """The challenge of the session, which can be answered no more; raises NotConfirmed if there is none.

    Call it in a transaction of its own, so that a wrong answer uses it up, too. session: the token.
    """
    asked = select(SignIn.challenge).where(SignIn.token_sha256 == hashed(session))
    challenge = db.session.scalar(asked.where(SignIn.challenge_at > GRANTS_NOW - LONGEST))
    taken = (
        update(SignIn)
        .where(SignIn.token_sha256 == hashed(session), SignIn.challenge == challenge)
        .values(challenge=None, challenge_at=None)
        .returning(SignIn.token_sha256)
        .execution_options(synchronize_session=False)
    )
    if challenge is None or db.session.scalar(taken) is None:
        raise NotConfirmed(REFUSED)
    return challenge


def add(person: Person, answer: str, challenge: str, site: Site, *, label: str, first: bool, actor: Actor) -> Factor:
    """Add the passkey with which a device has answered; record it in history and mail the person.

    answer: as the browser writes it, JSON. Raises NotConfirmed if anything in it is not right: the challenge, the
    origin, the host, or that the device has verified its user. first: see `registry.add`.
    """
    from grants.services.factors import ceremonies

    try:
        made = ceremonies.made(answer, challenge=challenge, host=site.host, origin=site.origin)
    except ceremonies.NotAccepted as error:
        raise NotConfirmed(REFUSED) from error
    locking.hold(person)
    factor = Factor(
        person_id=person.id,
        kind=PASSKEY,
        label=label,
        credential_id=made.id,
        public_key=made.public_key,
        sign_count=made.count,
        transports=made.transports,
    )
    return registry.add(factor, person, first=first, actor=actor)


def use(person: int, answer: str, challenge: str, site: Site) -> None:
    """Accept the answer of one of the passkeys of the person with this id; raises NotConfirmed.

    A counter that is not higher than the last one is refused, because it is that of a copied passkey.
    """
    from grants.services.factors import ceremonies

    factor = next((one for one in factors.passkeys(person) if one.credential_id == _credential_id(answer)), None)
    if factor is None:
        raise NotConfirmed(REFUSED)
    key, count = factor.public_key or "", factor.sign_count or 0
    try:
        new = ceremonies.used(
            answer, challenge=challenge, host=site.host, origin=site.origin, public_key=key, count=count
        )
    except ceremonies.NotAccepted as error:
        raise NotConfirmed(REFUSED) from error
    if not _counted(factor, new):
        raise NotConfirmed(REFUSED)


def _counted(factor: Factor, count: int) -> bool:
    """Whether no other answer with a counter was accepted meanwhile; the new counter is stored."""
    accepted = (
        update(Factor)
        .where(Factor.id == factor.id, Factor.ended_at.is_(None), Factor.sign_count == factor.sign_count)
        .values(sign_count=count, last_used_at=GRANTS_NOW)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(accepted, execution_options=NOTED) is not None  # history holds neither column


def _known(person: Person) -> list[Known]:
    from grants.services.factors.ceremonies import Known

    return [Known(one.credential_id or "", one.transports) for one in factors.passkeys(person.id)]


def _keep(challenge: str, session: str) -> None:
    """Store the challenge with the session, in place of an earlier one."""
    kept = update(SignIn).where(SignIn.token_sha256 == hashed(session))
    values = {"challenge": challenge, "challenge_at": GRANTS_NOW}
    db.session.execute(kept.values(values).execution_options(synchronize_session=False))


def _credential_id(answer: str) -> str:
    """The id of the passkey that has answered; empty if the text is no answer."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
