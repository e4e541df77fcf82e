"""The open invitations to roles, as an administrator lists them, and the scope of a role as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from grants.db import now
from grants.models import Invitation
from grants.services import appointments
from grants.web.site.formats import label, translate


@dataclass(frozen=True, slots=True)
class RoleInvitation:
    """An open invitation to a role. ends: its last day; over: it has passed."""

    id: int
    name: str
    email: str
    role: str
    scope: str
    ends: date
    over: bool
    inviter: str


def lines(found: Sequence[Invitation]) -> list[RoleInvitation]:
    """These invitations as rows."""
    return [
        RoleInvitation(
            id=one.id,
            name=one.name,
            email=one.email,
            role=label(one.role or ""),
            scope=scope_of(one.programme, one.call.title if one.call else ""),
            ends=one.ends_at.date(),
            over=one.ends_at <= now(),
            inviter=one.inviter.name,
        )
        for one in found
    ]


SOON = timedelta(days=60)


def ends_soon(on: date | None, today: date) -> bool:
    """Whether the role with this end date ends within SOON."""
    return on is not None and on - today <= SOON


def scope_of(programme: str | None, call: str) -> str:
    """What a role is limited to: the programme with this code, the call with this title, or nothing."""
    return translate(appointments.scope_of(programme, call))
