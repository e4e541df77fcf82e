"""Numbers without gaps, per kind and year."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from grants.db import db, today
from grants.models import Counter


def take(kind: str) -> str:
    """The next number of its kind, such as BTN-2026-0007.

    The counter's row stays locked until the transaction ends: take it last, so that nobody waits long and a
    transaction that fails leaves no gap.
    """
    year = today().year
    first = insert(Counter).values(kind=kind, year=year, last=1)
    raised = first.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": Counter.last + 1}).returning(
        Counter.last
    )
    return f"{kind}-{year}-{db.session.execute(raised).scalar_one():04d}"
