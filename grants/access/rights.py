"""The rights of a principal in an organisation, and who else has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from grants.access.permissions import ALLOWED, OWN, Permission
from grants.access.principals import Principal, application_of, roles_on
from grants.db import cached_for_page, db
from grants.models import (
    Attachment,
    Invitation,
    JoinRequest,
    Membership,
    Organisation,
    OrganisationDocument,
    Person,
    Verification,
)
from grants.models.organisations import entries
from workflows.engine.rights import ALL, Holders, Right, Rights
from workflows.engine.roles import Role

MOST = 100


def permits(row: Any, principal: Principal, permission: Permission) -> bool:
    """Whether the principal has the permission on this object: through a role, as an applicant also by a right."""
    if permission in OWN and isinstance(row, Membership) and row.person_id != principal.id:
        return False
    held = roles_on(row, principal) & ALLOWED[permission]
    if held != {Role.APPLICANT}:
        return bool(held)
    concerned = organisation_of(row)
    ids = principal.organisations if concerned is None else {concerned}
    return any(principal.has_right(permission, id) for id in ids)


def organisation_of(row: Any) -> int | None:
    """The id of the organisation that the object belongs to; None where there is none."""
    if isinstance(row, Organisation):
        return row.id
    if isinstance(row, Attachment | Invitation | JoinRequest | Membership | OrganisationDocument | Verification):
        return row.organisation_id
    application = application_of(row)
    return application.organisation_id if application else None


@cached_for_page
def holders(organisations: frozenset[int]) -> Holders:
    """The names of the members of these organisations who have each right, oldest membership first."""
    all_of = select(func.unnest(entries(Organisation.id))).where(Organisation.id.in_(organisations))
    wanted = (
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person))
        .where(Membership.organisation_id.in_(all_of), Membership.ended_at.is_(None), Person.ended_at.is_(None))
        .order_by(Membership.id)
        .limit(MOST)
    )
    members = list(db.session.scalars(wanted))
    return {right: tuple(dict.fromkeys(one.person.name for one in members if right in one.rights)) for right in Right}


def rights_in(organisation_id: int | None, principal: Principal) -> Rights:
    """The rights of the principal in the organisation, with those who have what they lack; all without one."""
    if organisation_id is None:
        return Rights()
    held = principal.rights.get(organisation_id, frozenset())
    return Rights(held) if held == ALL else Rights(held, holders(frozenset({organisation_id})))
