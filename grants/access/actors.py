"""Principals as actors: in one role on an object, or where something is created."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.access.permissions import ALLOWED, Permission
from grants.access.principals import Principal, covers_place, roles_on
from grants.access.rights import organisation_of, rights_in
from workflows.engine.roles import Actor, Role


def actor_on(row: Any, principal: Principal, roles: Iterable[Role]) -> Actor | None:
    """The principal as an actor on this object, in the first of `roles` that they hold there; None without one."""
    held = roles_on(row, principal)
    role = next((role for role in roles if role in held), None)
    if role is None or principal.id is None:
        return None
    behalf = organisation_of(row) if role is Role.APPLICANT else None
    return Actor(person=principal.id, role=role, on_behalf_of=behalf, rights=rights_in(behalf, principal))


def oneself(person: int) -> Actor:
    """The person with this id as an actor on their own account, whatever their roles."""
    return Actor(person=person, role=Role.PUBLIC)


def actor_in(
    principal: Principal, permission: Permission, *, programme: str | None = None, call_id: int | None = None
) -> Actor | None:
    """The principal as an actor who creates something in a programme or call, or, without either, for everything.

    None unless a role with the permission covers all of that.
    """
    roles = (
        role
        for role in sorted(ALLOWED[permission])
        if covers_place(principal, role, programme=programme, call_id=call_id)
    )
    role = next(roles, None)
    return None if role is None or principal.id is None else Actor(person=principal.id, role=role)
