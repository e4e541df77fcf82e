"""Document and reference numbers without gaps, per kind and year."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from grants.db import db, today
from grants.models import Counter


def next_number(kind: str) -> str:
    """The next number of its kind in the current UTC year, such as BTN-2026-0007.

    The counter's row stays locked until the transaction ends, and a rollback undoes the increment, which is why there
    are no gaps. Call this late in the transaction, so that others wait only briefly.
    """
    year = today().year
    first = insert(Counter).values(kind=kind, year=year, last=1)
    raised = first.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": Counter.last + 1}).returning(
        Counter.last
    )
    return f"{kind}-{year}-{db.session.execute(raised).scalar_one():04d}"
