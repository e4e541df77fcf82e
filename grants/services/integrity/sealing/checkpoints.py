"""Checkpoints: signed digests of the history so far, which reveal that an older event was rewritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from sqlalchemy import or_, select, text

from grants.db import db, now
from grants.models import Checkpoint, Event
from grants.services.integrity.history import FIRST
from grants.services.integrity.sealing import ranges
from grants.services.integrity.sealing.ranges import Range
from grants.services.integrity.verifying import sequences

PRIMARY_KEY = "checkpoint_pkey"
"""The constraint by which one of several sealers at the same time creates the next checkpoint, and the others none."""
VERSION = 2
EARLIER = 1
"""The version of checkpoints of earlier releases, which `hmac_seals` verifies."""
GAP_CHECKPOINTS = 30
"""An id that was not visible in so many checkpoints belongs to a transaction that failed; no other lasts that long."""


class Signer(Protocol):
    """A private key."""

    @property
    def key_id(self) -> str:
        """The id of its public key."""

    def sign(self, message: bytes) -> str:
        """The signature in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Why an epoch begins. epoch, number and digest: those of the newest checkpoint that a restore has lost."""

    reason: str
    epoch: int
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint states and its key signs. The fields of the model have the same meaning."""

    number: int
    epoch: int
    at: str
    up_to: int
    gaps: tuple[Range, ...]
    events: int
    previous: str
    restored: Restored | None
    digest: str = ""

    @classmethod
    def of(cls, row: Checkpoint) -> Self:
        """The statement of a stored checkpoint of this version."""
        lost = (row.reason, row.lost_epoch, row.lost_number, row.lost_digest)
        return cls(
            number=row.id,
            epoch=row.epoch,
            at=_instant(row.at),
            up_to=row.up_to,
            gaps=tuple((first, last) for first, last in row.gaps),
            events=row.events,
            previous=row.previous or "",
            restored=Restored(*lost) if row.reason is not None else None,  # type: ignore[arg-type]
            digest=row.digest,
        )

    def digest_of(self, hashes: Iterable[str]) -> str:
        """SHA-256 of the statement without its digest, followed by the hashes of the events by id."""
        whole = hashlib.sha256(_canonical({**asdict(self), "digest": ""}))
        for each in hashes:
            whole.update(each.encode())
        return whole.hexdigest()

    @property
    def signed(self) -> bytes:
        """The bytes that are signed."""
        return b"Foundation Grants checkpoint\n" + _canonical(asdict(self))


def anchor(row: Checkpoint) -> bytes:
    """The content of the checkpoint's anchor: its statement with the key's id and the seal, as JSON."""
    content = {"version": VERSION, **asdict(Statement.of(row)), "key_id": row.key_id, "seal": row.seal}
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def newest() -> Checkpoint | None:
    """The newest checkpoint."""
    return db.session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).first()


def seal(signer: Signer, after: Checkpoint | None, *, restored: Restored | None = None) -> Checkpoint | None:
    """Create a checkpoint over the events that none covers yet; None when there are none.

    after: the newest checkpoint that the caller knows; None is returned if there is a newer one. The first checkpoint
    of a database, and one that begins an epoch, is created without events too. Must be called as the first statement of
    a transaction, whose one snapshot it takes. No lock is taken, because every role could hold it: of several sealers
    at the same time, all but one fail on PRIMARY_KEY, which is raised when the checkpoint is flushed.
    """
    db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    last = newest()
    if last is not None and (after is None or last.id != after.id):
        return None
    fresh = _fresh(last)
    if not fresh and last is not None and restored is None:
        return None
    up_to = max([last.up_to if last else 0, *fresh])
    gaps = _gaps(last, fresh, up_to)
    row = Checkpoint(
        id=last.id + 1 if last else 1,
        version=VERSION,
        epoch=_epoch(last, restored),
        at=now(),
        up_to=up_to,
        gaps=[list(each) for each in gaps],
        events=len(fresh),
        previous=last.digest if last else FIRST,
        key_id=signer.key_id,
    )
    if restored is not None:
        row.reason, row.lost_epoch = restored.reason, restored.epoch
        row.lost_number, row.lost_digest = restored.number, restored.digest
    row.digest = Statement.of(row).digest_of(fresh.values())
    row.seal = signer.sign(Statement.of(row).signed)
    db.session.add(row)
    db.session.flush()
    return row


def waiting() -> bool:
    """Whether `seal` would create a checkpoint."""
    last = newest()
    return last is None or bool(_fresh(last))


def _epoch(last: Checkpoint | None, restored: Restored | None) -> int:
    if restored is not None:
        return restored.epoch + 1
    return last.epoch if last else 1


def _fresh(last: Checkpoint | None) -> dict[int, str]:
    """Id and hash of the visible events that no checkpoint covers, by id.

    Events whose id was not drawn from the sequence are never covered. They are findings, and with an id far ahead the
    ids of all later events would be gaps that are given up.
    """
    drawn = select(sequences.drawn(Event.__tablename__)).scalar_subquery()
    wanted = select(Event.id, Event.hash).where(Event.id > 0, Event.id <= drawn).order_by(Event.id)
    if last is not None and last.version == EARLIER:
        wanted = wanted.where(or_(Event.id > last.up_to, Event.xact >= last.below))
    elif last is not None:
        wanted = wanted.where(Event.id > last.up_to)
    found = {row.id: row.hash for row in db.session.execute(wanted)}
    late = _late(last.gaps) if last is not None and last.gaps else {}
    return dict(sorted({**late, **found}.items()))


def _late(gaps: list[list[int]]) -> dict[int, str]:
    """The events in these gaps that are visible now. The gaps are joined, so that each is one search in the index."""
    found = text(
        "SELECT e.id, e.hash FROM unnest(CAST(:firsts AS int[]), CAST(:lasts AS int[])) AS gap (first, last)"
        " JOIN history e ON e.id BETWEEN gap.first AND gap.last"
    )
    limits = {"firsts": [first for first, _ in gaps], "lasts": [last for _, last in gaps]}
    return {row.id: row.hash for row in db.session.execute(found, limits)}


def _gaps(last: Checkpoint | None, fresh: dict[int, str], up_to: int) -> list[Range]:
    """The ids up to `up_to` that are not visible, except those that were not for GAP_CHECKPOINTS.

    The first checkpoint of this version looks at all ids, because earlier ones noted no gaps.
    """
    if last is None or last.version == EARLIER:
        ids = select(Event.id).where(Event.id.between(1, up_to)).order_by(Event.id)
        return ranges.missing(db.session.scalars(ids), 0, up_to)
    before = db.session.get(Checkpoint, last.id + 1 - GAP_CHECKPOINTS)
    over = [(first, until) for first, until in before.gaps] if before is not None else []
    still = ranges.without([(first, until) for first, until in last.gaps], [(id, id) for id in fresh])
    new = ranges.missing((id for id in fresh if id > last.up_to), last.up_to, up_to)
    return [*ranges.without(still, over), *new]


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
