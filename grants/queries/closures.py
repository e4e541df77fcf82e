"""What stands against closing an account: work and duties that another person must take over first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from grants.db import db
from grants.models import Assignment, Membership, Organisation, Person
from grants.models.organisations import is_one_with
from grants.queries import persons
from workflows.engine.message import N_, Message
from workflows.engine.roles import ROLES, Role
from workflows.flows.assignment import OPEN

CONTACT = N_("You are the only person who acts for %(organisation)s. Another person must join the organisation first.")
HOLDS = N_("You have the role “%(role)s”. Ask an administrator to end it.")
ALONE = N_("You are the only person with the role “%(role)s”. Another person must get it before yours ends.")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason against closing an account. organisation: where it is resolved; reviews: in the list of reviews."""

    message: Message
    organisation: int | None = None
    reviews: bool = False


def obstacles(person: Person) -> list[Obstacle]:
    """The reasons against closing the account of the person; four queries at most."""
    found = [Obstacle(Message(CONTACT, organisation=name), organisation=id) for id, name in _left_alone(person)]
    if reviews := _open_reviews(person):
        counted = Message.counted(
            "%(n)s review is assigned to you. Submit or decline it.",
            "%(n)s reviews are assigned to you. Submit or decline them.",
            n=reviews,
        )
        found.append(Obstacle(counted, reviews=True))
    roles = sorted({one.role for one in persons.held(person)} - {Role.REVIEWER})
    alone = persons.alone_in(person) if roles else frozenset()
    return found + [Obstacle(Message(ALONE if role in alone else HOLDS, role=ROLES[Role(role)])) for role in roles]


def _left_alone(person: Person) -> list[tuple[int, str]]:
    """The organisations for which nobody else with an open account acts, by id and name."""
    others, other = aliased(Membership), aliased(Person)
    remaining = (
        select(others.id)
        .join(other, other.id == others.person_id)
        .where(
            is_one_with(others.organisation_id, Membership.organisation_id),
            others.person_id != person.id,
            others.ended_at.is_(None),
            other.ended_at.is_(None),
        )
    )
    wanted = (
        select(Organisation.id, Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None), ~remaining.exists())
        .order_by(Organisation.sort_key)
    )
    return [(id, name) for id, name in db.session.execute(wanted)]


def _open_reviews(person: Person) -> int:
    wanted = select(func.count(Assignment.id)).where(Assignment.person_id == person.id, Assignment.step.in_(OPEN))
    return db.session.scalar(wanted) or 0
