"""Changes of email addresses that wait for their confirmation."""

from __future__ import annotations

from sqlalchemy import select

from grants.db import GRANTS_NOW, db
from grants.models import EmailChange, Link, Person


def pending(person: Person) -> EmailChange | None:
    """The change that the person has asked for and not confirmed yet, while its link works."""
    wanted = select(EmailChange).where(EmailChange.person_id == person.id, EmailChange.ended_at.is_(None))
    return db.session.scalars(wanted.where(EmailChange.ends_at > GRANTS_NOW)).first()


def of(link: Link) -> EmailChange | None:
    """The change that a link confirms, stops or undoes; None for one of another purpose."""
    return db.session.get(EmailChange, link.email_change_id) if link.email_change_id else None
