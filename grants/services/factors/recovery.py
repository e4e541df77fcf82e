"""Recovery codes: ten codes that stand in for a second factor, each one time. The table has their hashes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from grants.db import db, now
from grants.models import Person, RecoveryCode
from grants.queries import factors
from grants.queries.sessions import hashed
from grants.services import locking, outbox
from grants.services.factors.attempts import NotConfirmed
from grants.services.factors.registry import PAGE
from grants.services.integrity import history
from workflows.engine.message import Message
from workflows.engine.roles import Actor
from workflows.mails.accounts import RECOVERY_CODE_USED, RECOVERY_CODES_RENEWED

HOW_MANY, GROUPS, SIGNS = 10, 6, 4
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without the signs that are easily taken for others. A code of 24 has 120 bits, so that a plain hash suffices. Those
of earlier releases have 16 signs, and work until they are used or replaced."""
WRONG = Message("This recovery code is incorrect, or has already been used.")


def renew(person: Person, *, actor: Actor) -> Sequence[str]:
    """Replace all recovery codes of the person, and return the new ones, which are stored nowhere.

    Who had codes before gets a mail; the first ones come with a second factor, which has a mail of its own.
    """
    locking.hold(person)
    replaced = factors.has_had_codes(person.id)
    for code in factors.codes(person.id):
        code.ended_at = now()
    made = ["-".join(_group() for _ in range(GROUPS)) for _ in range(HOW_MANY)]
    db.session.add_all(RecoveryCode(person_id=person.id, code_sha256=_hash(person.id, one)) for one in made)
    db.session.flush()
    about = history.About("person", person.id, "person", person.id)
    history.record(about, actor=actor, key="recovery_codes", message=Message("Recovery codes created"))
    if replaced:
        outbox.mail_account(person, RECOVERY_CODES_RENEWED, {"at": now()}, path=PAGE)
    return made


def use(person: Person, text: str, *, actor: Actor) -> None:
    """Use a recovery code of the person, who is held, record it in history and mail the person; raises NotConfirmed."""
    locking.require(person)
    wanted = _hash(person.id, text)
    code = next((one for one in factors.codes(person.id) if one.code_sha256 == wanted), None)
    if code is None:
        raise NotConfirmed(WRONG)
    code.used_at = code.ended_at = now()
    db.session.flush()
    about = history.About("person", person.id, "recovery_code", code.id)
    history.record(about, actor=actor, key="use_recovery_code", message=Message("Recovery code used"))
    outbox.mail_account(person, RECOVERY_CODE_USED, {"n": factors.codes_left(person.id)}, path=PAGE)


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))


def _hash(person: int, text: str) -> str:
    """The hash of a code as its person may type it: in small letters, without hyphens, with spaces."""
    plain = "".join(sign for sign in text.upper() if sign in ALPHABET)
    return hashed(f"recovery code of {person}: {plain}")
