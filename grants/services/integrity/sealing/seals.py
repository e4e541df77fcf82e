"""Verification of checkpoints: seals, numbers, digests and anchors, in one pass over history and checkpoints."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Protocol

from sqlalchemy import func, select

from grants.db import db
from grants.models import Checkpoint, Event
from grants.services.integrity.history import FIRST
from grants.services.integrity.sealing import anchored, hmac_seals, ranges
from grants.services.integrity.sealing.checkpoints import EARLIER, Statement
from grants.services.integrity.verifying import sequences, snapshot, times
from workflows.engine.message import Message

UNSEALED = timedelta(minutes=10)
"""An event older than this is covered by a checkpoint; the sealer creates one every minute."""
NEVER_SEALED = timedelta(days=1)
"""The same where no checkpoint was ever signed, because a sealer has yet to be set up."""


class PublicKeys(Protocol):
    """The public keys of checkpoints."""

    def valid(self, key_id: str, message: bytes, signature: str) -> bool | None:
        """Whether this key signed the message; None if it is not known."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What checkpoints are compared with.

    public_keys: of the sealers. hmac_key: that of the checkpoints of earlier releases; empty where it is not known.
    anchors: the copies outside the database; None if none are kept. names: those that existed before the database was
    read, or why they are not known: a checkpoint is stored before its anchor, so none seems to be missing while the
    sealer works. movable_clock: whether the age of an event says nothing, as in a demonstration.
    """

    public_keys: PublicKeys
    hmac_key: str
    anchors: anchored.Anchors | None
    names: Sequence[anchored.Name] | Message
    movable_clock: bool = False


@dataclass(slots=True)
class _Chain:
    """How far the verification has come.

    digest: that of the checkpoint before, None if it cannot be relied on. signed: whether a checkpoint of this version
    was among them. trusted: those with a valid seal. unknown: the numbers of those whose key is not known, by its id.
    """

    number: int = 0
    digest: str | None = FIRST
    epoch: int = 1
    signed: bool = False
    trusted: list[Checkpoint] = field(default_factory=list)
    unknown: dict[str, list[int]] = field(default_factory=dict)


def problems(evidence: Evidence) -> Iterator[Message]:
    """One message for each inconsistency of the checkpoints with each other, with history and with the anchors."""
    points = db.session.scalars(select(Checkpoint).order_by(Checkpoint.id)).all()
    valid = [_valid(evidence, point) for point in points]
    limits = None if evidence.movable_clock else times.Limits.of(points, [one is True for one in valid])
    covered, unsealed, untimely = _covered(points, limits)
    yield from untimely
    if unsealed is not None and not evidence.movable_clock and _neglected(unsealed, points):
        since = unsealed.isoformat(sep=" ", timespec="minutes")
        yield Message("No checkpoint covers the history since %(at)s.", at=since)
    chain = _Chain()
    for point, seal, hashes in zip(points, valid, covered, strict=True):
        if point.id > chain.number + 1:
            yield _gone(chain.number + 1, point.id - 1)
        if point.version == EARLIER:
            yield from _earlier(evidence, chain, point, hashes)
        else:
            yield from _current(chain, point, hashes, valid=seal)
        chain.number = point.id
    for key_id, numbers in chain.unknown.items():
        yield Message(
            "Checkpoints %(first)s to %(last)s: their key %(key)s is not among the public keys.",
            first=min(numbers),
            last=max(numbers),
            key=key_id,
        )
    if isinstance(evidence.names, Message):
        yield evidence.names
    elif evidence.anchors is not None:
        known = evidence.public_keys.valid
        yield from anchored.problems(points, chain.trusted, evidence.anchors, evidence.names, known)


def _valid(evidence: Evidence, point: Checkpoint) -> bool | None:
    """Whether a known key has signed the checkpoint; None if its key is not known, as for those of earlier releases."""
    if point.version == EARLIER:
        return None
    return evidence.public_keys.valid(point.key_id or "", Statement.of(point).signed, point.seal)


def _neglected(unsealed: datetime, points: Sequence[Checkpoint]) -> bool:
    """Whether the oldest event without a checkpoint should have one by now.

    The sealer has its time from the start of the database server, because it does not work while that is stopped. What
    it has done since the snapshot was taken is not seen.
    """
    asked = snapshot.instant()
    if all(point.version == EARLIER for point in points):
        return unsealed < asked - NEVER_SEALED
    if unsealed < asked - NEVER_SEALED:
        return True
    started: datetime = db.session.execute(select(func.pg_postmaster_start_time())).scalar_one()
    return max(unsealed, started) < asked - UNSEALED


def _gone(first: int, last: int) -> Message:
    if first == last:
        return Message("Checkpoint %(id)s is missing.", id=first)
    return Message("Checkpoints %(first)s to %(last)s are missing.", first=first, last=last)


def _earlier(evidence: Evidence, chain: _Chain, point: Checkpoint, hashes: list[str]) -> Iterator[Message]:
    """A checkpoint of an earlier release. Where its key is not known, the first signed one vouches for its digest.

    None is created after a signed one.
    """
    if chain.signed or (evidence.hmac_key and not hmac_seals.valid(evidence.hmac_key, point)):
        yield Message("Checkpoint %(id)s: its seal is invalid.", id=point.id)
    follows = point.id == chain.number + 1
    digest = hmac_seals.digest_of(chain.digest or FIRST, hashes)
    if follows and (len(hashes) != point.events or digest != point.digest):
        yield _changed(point)
    chain.digest = point.digest


def _current(chain: _Chain, point: Checkpoint, hashes: list[str], *, valid: bool | None) -> Iterator[Message]:
    """A signed checkpoint. After a missing one its digest is not compared: it would have covered events of the other.

    The digest of a checkpoint with an invalid seal is not relied on, so that the next one is not accused for it.
    """
    statement = Statement.of(point)
    if valid is None:
        chain.unknown.setdefault(point.key_id or "–", []).append(point.id)
    elif not valid:
        yield Message("Checkpoint %(id)s: its seal is invalid.", id=point.id)
    else:
        chain.trusted.append(point)
    if point.id == chain.number + 1:
        if chain.digest not in (None, statement.previous):
            yield Message("Checkpoint %(id)s does not continue from the one before.", id=point.id)
        if len(hashes) != point.events or statement.digest_of(hashes) != point.digest:
            yield _changed(point)
        if point.epoch != chain.epoch and statement.restored is None:
            yield Message("Checkpoint %(id)s begins an epoch without recording a restore.", id=point.id)
    chain.digest = point.digest if valid is not False else None
    chain.epoch, chain.signed = point.epoch, True


def _changed(point: Checkpoint) -> Message:
    return Message("Checkpoint %(id)s: the history that it covers has changed since it was sealed.", id=point.id)


def _covered(
    points: Sequence[Checkpoint], limits: times.Limits | None
) -> tuple[list[list[str]], datetime | None, list[Message]]:
    """For each checkpoint the hashes of the events that it is the first to cover, by id; the oldest time of the others.

    Also the findings on times that do not fit those of the checkpoints; none where the clock can be moved.

    A checkpoint of this version covers the ids up to its limit that are not in its gaps. An event that appears later
    is counted with the checkpoint that should have covered it, and is found by its digest. An event with an id that was
    not drawn from the sequence is covered by none; `sequences` finds it.
    """
    earlier = [point for point in points if point.version == EARLIER]
    before = hmac_seals.Coverage.of(earlier)
    ends = list(accumulate((point.up_to for point in points), max))
    gaps = [[(first, last) for first, last in point.gaps] for point in points]
    found: list[list[str]] = [[] for _ in points]
    unsealed: datetime | None = None
    untimely: list[Message] = []
    drawn = select(sequences.drawn(Event.__tablename__)).scalar_subquery()
    rows = select(Event.id, Event.hash, Event.xact, Event.at).where(Event.id > 0, Event.id <= drawn).order_by(Event.id)
    rows = rows.execution_options(yield_per=1000)
    for id, hash, xact, happened in db.session.execute(rows):
        at = before.place(id, xact)
        if at is None:
            at = max(bisect_left(ends, id), len(earlier))
            while at < len(points) and ranges.contains(gaps[at], id):
                at += 1
        if limits is not None and (problem := limits.problem(at, id, happened)):
            untimely.append(problem)
        if at < len(points):
            found[at].append(hash)
        else:
            unsealed = min(unsealed or happened, happened)
    return found, unsealed, untimely


def notes(evidence: Evidence) -> Iterator[Message]:
    """What is known and no inconsistency: restores that were stated, and what cannot be verified here."""
    restores = select(Checkpoint).where(Checkpoint.reason.is_not(None)).order_by(Checkpoint.id)
    for point in db.session.scalars(restores):
        if (lost := Statement.of(point).restored) is not None:
            yield Message(
                "Checkpoint %(id)s of %(day)s begins epoch %(epoch)s after a restore: what was sealed after checkpoint "
                "%(before)s is lost, up to checkpoint %(last)s of epoch %(lost)s. Reason: %(reason)s",
                id=point.id,
                day=point.at.date(),
                epoch=point.epoch,
                before=point.id - 1,
                last=lost.number,
                lost=lost.epoch,
                reason=lost.reason,
            )
    if evidence.anchors is None:
        yield Message(
            "GRANTS_ANCHORS_URL is not set: checkpoints that were deleted, or deleted and created again, are not found."
        )
    hmac = select(func.count()).select_from(Checkpoint).where(Checkpoint.version == EARLIER)
    if not evidence.hmac_key and (count := db.session.scalar(hmac)):
        yield Message.counted(
            "The seal of %(n)s checkpoint of an earlier release is not verified: its key is not known here.",
            "The seals of %(n)s checkpoints of earlier releases are not verified: their key is not known here.",
            n=count,
        )
