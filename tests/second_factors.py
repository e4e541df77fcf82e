"""Authenticator apps of the tests' people: each has the same secret, and shows the codes that pyotp calculates."""

from __future__ import annotations

import pyotp
from flask import Flask

from grants.db import db, now
from grants.models import Factor, Person
from grants.models.factors import TOTP
from grants.services import locking
from grants.services.factors import encryption, registry
from tests import world as w

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(app: Flask, person: Person) -> Factor:
    """Give the person an authenticator app, in the transaction of the test."""
    held = db.session.merge(person)
    locking.hold(held)
    sealed = encryption.encrypt(SECRET, person=held.id, key=str(app.secret_key))
    factor = Factor(person_id=held.id, kind=TOTP, label="Phone", secret=sealed)
    registry.store(factor, actor=w.SYSTEM)
    return factor


def code(app: Flask, steps: int = 0) -> str:
    """The code that every app shows by the clock of the database. steps: so many steps of 30 seconds later."""
    with app.app_context():
        return pyotp.TOTP(SECRET).at(int(now().timestamp()) + 30 * steps)
