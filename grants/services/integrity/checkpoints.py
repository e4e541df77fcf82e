"""Checkpoints: sealed digests of the history so far, which reveal that an older event was rewritten."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from sqlalchemy import or_, select, text

from grants.db import db, now
from grants.models import Checkpoint, Event
from grants.services.integrity.history import FIRST
from workflows.engine.message import Message

SEALING = 7_031_963
"""Key of the advisory lock under which one process at a time creates a checkpoint. No other lock uses this number."""


def seal(key: str) -> Checkpoint | None:
    """Create a checkpoint over the events that no checkpoint covers yet; None when there are none.

    Events of transactions newer than the oldest running one are left to the next checkpoint. The digest includes that
    of the previous checkpoint. The seal is an HMAC-SHA-256 whose key is not stored in the database. Concurrent calls
    wait for each other.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": SEALING})
    last = db.session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).first()
    below = db.session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    fresh = select(Event.id, Event.hash).where(Event.xact < below).order_by(Event.id)
    if last is not None:
        fresh = fresh.where(or_(Event.id > last.up_to, Event.xact >= last.below))
    rows = db.session.execute(fresh).all()
    if not rows:
        return None
    up_to = max(rows[-1].id, last.up_to if last else 0)
    whole = digest_of(last.digest if last else FIRST, [row.hash for row in rows])
    row = Checkpoint(id=last.id + 1 if last else 1, at=now(), up_to=up_to, below=below, events=len(rows), digest=whole)
    row.seal = seal_of(key, row)
    db.session.add(row)
    db.session.flush()
    return row


def digest_of(previous: str, hashes: Iterable[str]) -> str:
    """SHA-256 of the previous checkpoint's digest, followed by the hashes of the events."""
    whole = hashlib.sha256(previous.encode())
    for each in hashes:
        whole.update(each.encode())
    return whole.hexdigest()


def seal_of(key: str, point: Checkpoint) -> str:
    """The HMAC-SHA-256 of what the checkpoint covers."""
    message = f"{point.up_to}:{point.below}:{point.events}:{point.digest}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def problems(key: str) -> Iterator[Message]:
    """The seal, the number of events and the digest of each checkpoint; one pass over history and checkpoints."""
    points = db.session.scalars(select(Checkpoint).order_by(Checkpoint.id)).all()
    covered = _covered(points)
    previous, number = FIRST, 0
    for point, hashes in zip(points, covered, strict=True):
        if not hmac.compare_digest(point.seal.encode(), seal_of(key, point).encode()):
            yield Message("Checkpoint %(id)s: its seal is invalid.", id=point.id)
        if len(hashes) != point.events or digest_of(previous, hashes) != point.digest:
            if point.id != number + 1:
                yield Message("Checkpoint %(id)s is missing.", id=number + 1)
            yield Message("Checkpoint %(id)s: the history that it covers has changed since it was sealed.", id=point.id)
        previous, number = point.digest, point.id


def _covered(points: Sequence[Checkpoint]) -> list[list[str]]:
    """For each checkpoint the hashes of the events that it is the first to cover, by id.

    A checkpoint covers an event when both its limits do, and limits only grow; a forged one that is smaller than the
    one before covers nothing.
    """
    ups, belows = (list(accumulate(column, max)) for column in ([p.up_to for p in points], [p.below for p in points]))
    found: list[list[str]] = [[] for _ in points]
    rows = select(Event.id, Event.hash, Event.xact).order_by(Event.id).execution_options(yield_per=1000)
    for id, hash, xact in db.session.execute(rows):
        first = max(bisect_left(ups, id), bisect_right(belows, xact))
        if first < len(points):
            found[first].append(hash)
    return found
