"""The members of an organisation, and its invitations that are open."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Invitation, Membership, Organisation, Person
from grants.models.organisations import is_one_with

MOST = 100


def members(organisation: Organisation) -> list[Membership]:
    """The people who act for the organisation now, oldest membership first, at most a hundred; for commands."""
    wanted = (
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person))
        .where(
            is_one_with(Membership.organisation_id, organisation.id),
            Membership.ended_at.is_(None),
            Person.ended_at.is_(None),
        )
        .order_by(Membership.id)
        .limit(MOST)
    )
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def contacts(organisation: Organisation) -> list[Person]:
    """The confirmed contacts of the organisation, who get an email about every change."""
    return [one.person for one in members(organisation) if one.is_contact]


def current(person: Person, organisation: Organisation) -> Membership | None:
    """The membership of the person in the organisation now."""
    wanted = select(Membership).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    return db.session.scalars(wanted.where(is_one_with(Membership.organisation_id, organisation.id))).first()


def acts_for(person: Person, organisation_id: int) -> bool:
    """Whether the person acts for the organisation now."""
    current_ones = (Membership.person_id == person.id, Membership.ended_at.is_(None), Person.ended_at.is_(None))
    wanted = select(Membership.id).join(Membership.person).where(*current_ones)
    return (
        db.session.scalar(wanted.where(is_one_with(Membership.organisation_id, organisation_id)).limit(1)) is not None
    )


def invitations(organisation: Organisation, principal: Principal) -> list[Invitation]:
    """The open invitations of the organisation, oldest first, as far as visible; also those that have ended."""
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    wanted = select(Invitation).where(
        is_one_with(Invitation.organisation_id, organisation.id), *open_, visible(Invitation, principal)
    )
    return list(db.session.scalars(wanted.order_by(Invitation.id).limit(MOST)))


def invited_to_roles(principal: Principal) -> list[Invitation]:
    """The open invitations to roles that an administrator sees, oldest first."""
    open_ = (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    wanted = select(Invitation).options(joinedload(Invitation.call), joinedload(Invitation.inviter))
    wanted = wanted.where(Invitation.role.is_not(None), *open_, visible(Invitation, principal))
    return list(db.session.scalars(wanted.order_by(Invitation.id).limit(MOST)))


def names(people: Iterable[Person]) -> str:
    """Their names, for a sentence."""
    return ", ".join(person.name for person in people)
