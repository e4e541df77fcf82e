"""A person closes their own account."""

from __future__ import annotations

from sqlalchemy import delete

from grants.db import db
from grants.models import EmailChange, Person
from grants.queries import closures
from grants.queries.persons import memberships
from grants.services import devices, locking, persons
from grants.services.effects import Apply
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.urgency import Delivery

ERASED = "Closed account"
"""The name of an account from which the name was removed, as it is stored."""


def close(person: Person, *, apply: Apply) -> None:
    """End the account of the person by themselves, and remove their name, address and password from it.

    What the person did stays, under the number of their account. apply: `transitions.apply`. Raises Refused with every
    reason of `queries.closures`, asked once the person and their organisations are held.
    """
    locking.hold(person, *(one.organisation for one in memberships(person)), invited=True)
    if person.ended_at is not None:
        return
    if obstacles := closures.obstacles(person):
        raise Refused(*(one.message for one in obstacles))
    themselves = persons.themselves(person)
    persons.end(person, actor=themselves, apply=apply)
    _erase(person)
    persons.record(person, themselves, "erase", Message("Name and email address removed from the account"))


def _erase(person: Person) -> None:
    """Remove what identifies the person; history holds the hashes of the earlier row, and of this one."""
    person.name, person.email = ERASED, f"closed-{person.id}@erased.invalid"
    person.password_hash = None
    person.language, person.mail_language, person.reading_languages, person.timezone = "en", None, [], "UTC"
    person.mail_delivery = Delivery.IMMEDIATE
    devices.forget(person)
    db.session.execute(delete(EmailChange).where(EmailChange.person_id == person.id))
    db.session.flush()
