"""The open invitations to roles, as an administrator lists them, and the scope of a role as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from grants.db import now
from grants.models import Invitation
from grants.web.site.formats import label, translate
from workflows.programmes import programmes


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


def scope_of(programme: str | None, call: str) -> str:
    """What a role is limited to: the programme with this code, the call with this title, or nothing."""
    if call:
        return gettext("Call: %(title)s", title=call)
    if not programme:
        return gettext("All programmes")
    known = programmes().get(programme)
    return gettext("Programme: %(title)s", title=translate(known.title) if known else programme)
