"""Where applications are hidden from a person, so that sums and names that would reveal them are withheld.

A sum over all applications of a call reveals the amount of a hidden one to a reader who sees the others. It is withheld
as soon as an application is hidden, whatever became of it, because a sum that disappears with the award would tell of
the award.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from grants.access.principals import Principal
from grants.access.visibility import hidden
from grants.db import cached_for_page, db
from grants.models import Application, Call
from grants.models.organisations import entries


@dataclass(frozen=True, slots=True)
class Withheld:
    """The places of the hidden applications: pairs of call and applicant, the calls, the funds, the applicants."""

    places: frozenset[tuple[int, int]] = frozenset()
    calls: frozenset[int] = frozenset()
    funds: frozenset[int] = frozenset()
    organisations: frozenset[int] = frozenset()


NOTHING = Withheld()


@cached_for_page
def of(principal: Principal) -> Withheld:
    """Where applications are hidden from the principal; without a query for most people, from whom nothing is."""
    if not principal.conflicts and not principal.involved:
        return NOTHING
    rows = db.session.execute(
        select(
            Application.call_id,
            Application.organisation_id,
            Call.fund_id,
            entries(Application.organisation_id).label("entries"),
        )
        .join(Call, Call.id == Application.call_id)
        .where(hidden(principal))
        .distinct()
    ).all()
    return Withheld(
        places=frozenset((row.call_id, row.organisation_id) for row in rows),
        calls=frozenset(row.call_id for row in rows),
        funds=frozenset(row.fund_id for row in rows),
        organisations=frozenset(id for row in rows for id in row.entries),
    )
