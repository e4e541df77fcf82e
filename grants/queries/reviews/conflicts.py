"""Conflicts of interest on an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from grants.db import db
from grants.models import Application, Conflict, Person
from workflows.engine.message import Message
from workflows.rules.reviews import CONFLICTS

MOST = 100


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict of interest that has not been lifted. person: their name. kinds: the sentences that were ticked."""

    id: int
    person: str
    kinds: tuple[Message, ...]
    on: date


CURRENT = (
    select(Conflict, Person.name)
    .join(Person, Person.id == Conflict.person_id)
    .where(Conflict.application_id == bindparam("application"), Conflict.lifted_at.is_(None))
    .order_by(Conflict.id)
    .limit(MOST)
)


def current(application: Application) -> list[Declared]:
    """The conflicts of interest on an application that have not been lifted, oldest first."""
    found = db.session.execute(CURRENT, {"application": application.id})
    return [_declared(conflict, name) for conflict, name in found]


def declared(conflict: Conflict) -> Declared:
    """One conflict of interest, with the name of the person."""
    return _declared(conflict, db.session.get_one(Person, conflict.person_id).name)


def _declared(conflict: Conflict, name: str) -> Declared:
    ticked = conflict.kinds.split(",")
    kinds = tuple(Message(sentence) for key, sentence in CONFLICTS if key in ticked)
    return Declared(conflict.id, name, kinds, conflict.declared_at.date())
