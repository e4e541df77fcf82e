"""Authenticator apps: codes of six digits that change every 30 seconds (RFC 6238), each accepted one time."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
from sqlalchemy import or_, update

from grants.db import GRANTS_NOW, db, now
from grants.models import Factor, Person
from grants.models.factors import TOTP
from grants.queries import factors
from grants.services import locking
from grants.services.factors import registry
from grants.services.factors.attempts import NotConfirmed
from grants.services.factors.encryption import Undecipherable, decrypt, encrypt
from grants.services.integrity.changes import NOTED
from workflows.engine.message import Message
from workflows.engine.roles import Actor

SECONDS, DIGITS, DRIFT = 30, 6, 1
"""How long a code is shown, its digits, and by how many steps the clock of the app may be wrong either way."""
ISSUER = "Foundation Grants"
WRONG = Message("This code is incorrect. Enter the six digits that your app shows now.")
USED = Message("This code has already been used. Wait for the next one.")
KNOWN = Message("This app is set up already.")
UNREADABLE = Message("The key on this page could not be read. The page now shows a new one: use it to set up the app.")


def new_secret(person: Person, *, key: str) -> str:
    """A new secret for an app of this person, encrypted. It is stored nowhere until a code confirms it."""
    return encrypt(pyotp.random_base32(), person=person.id, key=key)


def address(secret: str, person: Person) -> str:
    """The `otpauth` address that an app reads from a QR code. secret: encoded as base32."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)


def code_at(secret: str, at: datetime) -> str:
    """The code that an app with this secret shows at an instant."""
    return pyotp.TOTP(secret).generate_otp(_step(at))


def matching_steps(secret: str, code: str, at: datetime) -> list[int]:
    """The time steps near this instant of which the app shows this code, the earliest first."""
    app, here = pyotp.TOTP(secret), _step(at)
    near = range(here - DRIFT, here + DRIFT + 1)
    return [step for step in near if hmac.compare_digest(app.generate_otp(step).encode(), code.encode())]


def add(person: Person, sealed: str, code: str, *, label: str, key: str, first: bool, actor: Actor) -> Factor:
    """Add an authenticator app, of which this code shows that it works; record it in history and mail the person.

    sealed: of `new_secret`. Raises NotConfirmed for another code, and for a secret that is set up already, because each
    of its codes would then work two times. first: see `registry.add`.
    """
    locking.hold(person)
    try:
        secret = decrypt(sealed, person=person.id, key=key)
    except Undecipherable:
        raise NotConfirmed(UNREADABLE) from None
    if any(secret == _secret(one, key) for one in factors.apps(person.id)):
        raise NotConfirmed(KNOWN)
    steps = matching_steps(secret, code, now())
    if not steps:
        raise NotConfirmed(WRONG)
    factor = Factor(person_id=person.id, kind=TOTP, label=label, secret=sealed, used_step=steps[-1])
    return registry.add(factor, person, first=first, actor=actor)


def use(person: int, code: str, *, key: str) -> None:
    """Accept a code of one of the apps of the person with this id, one time; raises NotConfirmed.

    One statement decides, so that of several sendings at the same time one succeeds.
    """
    matched = False
    for factor in factors.apps(person):
        for step in matching_steps(_secret(factor, key), code, now()):
            matched = True
            if _taken(factor, step):
                return
    raise NotConfirmed(USED if matched else WRONG)


def _taken(factor: Factor, step: int) -> bool:
    """Whether this step is later than every one that was used, and is used now."""
    unused = or_(Factor.used_step.is_(None), Factor.used_step < step)
    taken = (
        update(Factor)
        .where(Factor.id == factor.id, Factor.ended_at.is_(None), unused)
        .values(used_step=step, last_used_at=GRANTS_NOW)
        .returning(Factor.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(taken, execution_options=NOTED) is not None  # history holds neither column


def _secret(factor: Factor, key: str) -> str:
    """The secret of an app; a new one that nobody knows where it was encrypted with another key."""
    try:
        return decrypt(factor.secret or "", person=factor.person_id, key=key)
    except Undecipherable:
        return pyotp.random_base32()


def code_now(factor: Factor, *, key: str) -> str:
    """The code that the app shows now, for the page of a demonstration."""
    return code_at(_secret(factor, key), now())


def _step(at: datetime) -> int:
    return int(at.timestamp()) // SECONDS
