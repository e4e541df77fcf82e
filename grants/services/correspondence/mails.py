"""Reply addresses of the mails of messages: issued when a mail is written, found when a reply arrives, and ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from grants.access.permissions import Permission
from grants.access.principals import load_principal, roles_on
from grants.access.rights import permits
from grants.db import GRANTS_NOW, db
from grants.models import Correspondence, MessageMail, Person
from grants.queries.sessions import hashed
from grants.services import retention
from workflows.engine.roles import Role

TOKEN_BYTES = 16
"""A token is written in hexadecimal digits, because mail servers may change capitals to small letters."""
LIFETIME = timedelta(days=90)
RETENTION = timedelta(days=30)
"""How long an address that has ended is known, so that its person can be told to answer on the page."""
LONGEST_PROBLEM = 300


def issue(message: Correspondence, person: Person, role: Role) -> str:
    """Create a reply address for the mail of a message to this person; returns its token, which is stored nowhere.

    A retry of the mail gets another one. Both work, because the first mail may have arrived.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    ends_at = GRANTS_NOW + LIFETIME
    row = MessageMail(
        token_sha256=hashed(token), message_id=message.id, person_id=person.id, role=str(role), ends_at=ends_at
    )
    db.session.add(row)
    db.session.flush()
    return token


def may_answer(message: Correspondence, person: Person, role: Role) -> bool:
    """Whether the person may write a message in this role, as on the page; others get no reply address."""
    principal = load_principal(person)
    held = role in roles_on(message.application, principal)
    return held and permits(message.application, principal, Permission.WRITE_MESSAGE)


def found(tokens: Sequence[str]) -> list[MessageMail]:
    """The mails with these tokens, in their order, also of addresses that have ended."""
    hashes = [hashed(token) for token in tokens]
    wanted = (
        select(MessageMail)
        .where(MessageMail.token_sha256.in_(hashes))
        .options(joinedload(MessageMail.person), joinedload(MessageMail.message).joinedload(Correspondence.application))
    )
    rows = {row.token_sha256: row for row in db.session.scalars(wanted)}
    return [rows[one] for one in hashes if one in rows]


def came_back(mail: MessageMail, *, problem: str) -> None:
    """Note that the mail was returned, with the reason; the first one stays."""
    values = {"returned_at": GRANTS_NOW, "problem": problem[:LONGEST_PROBLEM]}
    returned = update(MessageMail).where(
        MessageMail.token_sha256 == mail.token_sha256, MessageMail.returned_at.is_(None)
    )
    db.session.execute(returned.values(**values).execution_options(synchronize_session=False))


def purge() -> None:
    """Delete the addresses that ended RETENTION ago."""
    retention.delete_oldest(MessageMail.token_sha256, MessageMail.ends_at, MessageMail.ends_at < GRANTS_NOW - RETENTION)
