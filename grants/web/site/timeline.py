"""History entries, prepared for `templates/macros/history.html`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from grants.queries.history import Happening
from grants.web.site.formats import label, translate
from workflows.engine.roles import Role

HOLDERS = {Role.APPLICANT: "applicant", Role.REVIEWER: "reviewers"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history. text: the actor and their comments. holder: who acted, for the colour of the dot."""

    title: str
    text: str
    at: datetime
    holder: str


def entries(happenings: list[Happening]) -> list[Entry]:
    """Each entry with its message, its actor and their comments, and its time, in the given order."""
    return [
        Entry(translate(one.message), _text(one), one.at, HOLDERS.get(Role(one.role), "ours")) for one in happenings
    ]


def _text(one: Happening) -> str:
    return " · ".join(dict.fromkeys(filter(None, [one.by or _side(Role(one.role)), *one.words.values()])))


def _side(role: Role) -> str:
    """Who acted, without a name: the Foundation for its staff, nobody for what the system does by itself."""
    if role is Role.CLOCK:
        return ""
    return label(role) if role in HOLDERS else gettext("Internet Society Foundation")
