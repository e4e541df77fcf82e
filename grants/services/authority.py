"""Whether the actor of a command still holds their role, once the command holds its rows.

A page gives its actor before anything is locked. Until the locks are obtained, the role may end or get another
scope, and a conflict of interest may be declared; each of these holds the person or the application alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from grants.access.principals import Principal, application_of, load_principal, roles_on
from grants.db import db
from grants.models import Batch, Call, Person
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor, Role

LOST = Message("You no longer have the role that this requires, or may not act in it on this record any more.")


def confirm(actor: Actor, rows: Iterable[Any]) -> None:
    """Raise Refused unless the actor, whose person is held, has their role on each of these rows; one statement.

    On a row that belongs to no application, call or batch it suffices to hold the role at all. The clock needs none.
    A reviewer's appointment, and whether staff were involved on the applicant's side, are asked by the guards of the
    flows and the commands, which name the reason.
    """
    if actor.person is None or actor.role is Role.REVIEWER:
        return
    principal = load_principal(db.session.get_one(Person, actor.person))
    if actor.role is not Role.APPLICANT:
        principal = replace(principal, organisations=frozenset(), involved=frozenset())
    if actor.role not in principal.roles or not all(_has_role(actor, row, principal) for row in rows):
        raise Refused(LOST)


def _has_role(actor: Actor, row: Any, principal: Principal) -> bool:
    judged = isinstance(row, Batch | Call) or application_of(row) is not None
    return not judged or actor.role in roles_on(row, principal)
