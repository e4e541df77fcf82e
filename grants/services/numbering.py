"""Document and reference numbers without gaps, per kind and year."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from grants.db import db, today
from grants.models import Counter
from grants.services import locking


def draw(*kinds: str) -> tuple[str, ...]:
    """The next number of each kind in the current UTC year, such as BTN-2026-0007, in the order of the kinds.

    The counters' rows stay locked until the transaction ends, and a rollback undoes the increment, which is why there
    are no gaps. A command draws all its numbers at once, right before it writes history: no row is locked after a
    counter, and others wait only briefly.
    """
    year, names = today().year, sorted(kinds)
    locking.counting(names)
    first = insert(Counter).values([{"kind": name, "year": year, "last": 1} for name in names])
    raised = first.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": Counter.last + 1}).returning(
        Counter.kind, Counter.last
    )
    drawn = dict(db.session.execute(raised).all())
    return tuple(f"{kind}-{year}-{drawn[kind]:04d}" for kind in kinds)
