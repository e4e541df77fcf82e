"""History entries, prepared for `templates/macros/history.html`."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from grants.queries.history import Happening
from grants.web.site.formats import label, translate
from workflows.engine.roles import Role

HANDS = {Role.APPLICANT: "applicant", Role.REVIEWER: "reviewers"}


def entries(happenings: list[Happening]) -> list[dict[str, Any]]:
    """Each entry with its message, its actor and their comments, and its time, in the given order."""
    return [
        {"title": translate(one.message), "text": _text(one), "at": one.at, "holder": HANDS.get(Role(one.role), "ours")}
        for one in happenings
    ]


def _text(one: Happening) -> str:
    by = one.by or (gettext("automatically") if one.role == Role.CLOCK else label(one.role))
    return " · ".join(dict.fromkeys([by, *one.words.values()]))
