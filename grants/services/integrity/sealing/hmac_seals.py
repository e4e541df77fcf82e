"""Checkpoints of earlier releases (version 1), sealed with an HMAC. This form is frozen: none is created any more."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from grants.models import Checkpoint

KEPT = "history_seal"
"""The name of the key among the secrets of an instance."""


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


def valid(key: str, point: Checkpoint) -> bool:
    """Whether the checkpoint was sealed with the key."""
    return hmac.compare_digest(point.seal.encode(), seal_of(key, point).encode())


@dataclass(frozen=True, slots=True)
class Coverage:
    """The limits of these checkpoints, which only grow: a forged one that is smaller than the one before is ignored."""

    up_to: Sequence[int]
    below: Sequence[int]

    @classmethod
    def of(cls, points: Sequence[Checkpoint]) -> Coverage:
        """The limits of checkpoints by number."""
        up_to, below = [p.up_to for p in points], [p.below or 0 for p in points]
        return cls(list(accumulate(up_to, max)), list(accumulate(below, max)))

    def place(self, id: int, xact: int) -> int | None:
        """The index of the first checkpoint that covers an event: both its limits do. None if none does."""
        first = max(bisect_left(self.up_to, id), bisect_right(self.below, xact))
        return first if first < len(self.up_to) else None
