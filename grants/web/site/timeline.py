"""History entries, prepared for `templates/macros/history.html`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from grants.queries.history import Happening
from grants.web.site.formats import label, translate
from workflows.engine.roles import Role

PERSON = "person"
"""The name, among the texts of an event, of the person whom it concerns."""
HOLDERS = {Role.APPLICANT: "applicant", Role.REVIEWER: "reviewers"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history. text: the actor and the written texts. holder: who acted, for the colour of the dot."""

    title: str
    text: str
    at: datetime
    holder: str


def entries(happenings: list[Happening]) -> list[Entry]:
    """Each entry with its message, its actor and their comments, and its time, in the given order."""
    return [_entry(one) for one in happenings]


def _entry(one: Happening) -> Entry:
    """One entry. Where a person acted on another one, as in an invitation, the title names the other person."""
    title, words = translate(one.message), dict(one.words)
    by = one.by or _side(Role(one.role))
    if one.account:
        return Entry(title, _signed(one), one.at, _holder(one))
    if by and words.get(PERSON, by) != by:
        title = gettext("%(event)s: %(person)s", event=title, person=words.pop(PERSON))
    text = " · ".join(dict.fromkeys(filter(None, [by, *words.values()])))
    return Entry(title, text, one.at, _holder(one))


def _signed(one: Happening) -> str:
    """Whose account signed, and the name that was typed as the signature."""
    return gettext(
        "%(person)s (%(email)s) signed as “%(name)s”", person=one.by, email=one.account, name=one.words.get("name", "")
    )


def _holder(one: Happening) -> str:
    return HOLDERS.get(Role(one.role), "ours")


def _side(role: Role) -> str:
    """Who acted, without a name: the Foundation for its staff, nobody for what the system does by itself."""
    if role is Role.CLOCK:
        return ""
    return label(role) if role in HOLDERS else gettext("Internet Society Foundation")
