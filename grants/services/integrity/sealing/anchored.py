"""Comparison of checkpoints with their anchors, which are outside the database: nothing was cut off or sealed anew."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from grants.models import Checkpoint
from grants.services.integrity.sealing.checkpoints import VERSION, Restored, Statement
from workflows.engine.message import N_, Message

Name = tuple[int, int]
"""Epoch and number of a checkpoint."""
Valid = Callable[[str, bytes, str], bool | None]
"""Whether the key with this id signed the message; None if the key is not known."""


class Anchors(Protocol):
    """The place of the anchors."""

    def names(self) -> list[Name]:
        """Epoch and number of every anchor, ascending."""

    def read(self, epoch: int, number: int) -> bytes:
        """The content of an anchor."""


class Unreadable(ValueError):
    """An anchor is damaged, no known key has signed it, or its store does not hand it out; why is then not empty."""

    def __init__(self, epoch: int, number: int, why: str = "") -> None:
        name = f"The anchor {epoch}-{number}.json"
        super().__init__(
            f"{name} cannot be read ({why})." if why else f"{name} is damaged, or no known key has signed it."
        )
        self.epoch, self.number, self.why = epoch, number, why


@dataclass(frozen=True, slots=True)
class Lost:
    """Checkpoints of one epoch that have anchors and are not in the database."""

    epoch: int
    first: int
    last: int


def problems(
    points: Iterable[Checkpoint], trusted: Iterable[Checkpoint], anchors: Anchors, names: Sequence[Name], valid: Valid
) -> Iterator[Message]:
    """One message for what is missing in each epoch, and one for what differs there.

    points: the checkpoints. trusted: those with a valid seal, which alone can state a restore. names: the anchors,
    listed before the points were read.
    """
    held = {(point.epoch, point.id): point for point in points}
    for lost in missing(held, trusted, names):
        numbers = [number for epoch, number in names if epoch == lost.epoch and lost.first <= number <= lost.last]
        yield from _cut(lost, numbers, anchors, valid)
    common: dict[int, list[int]] = defaultdict(list)
    for epoch, number in names:
        if (epoch, number) in held:
            common[epoch].append(number)
    known = cache(lambda name: read(anchors, name, valid).digest)
    for epoch, numbers in common.items():
        while numbers:
            try:
                yield from _differing(held, epoch, numbers, known)
            except Unreadable as error:
                yield unreadable(error)
                numbers.remove(error.number)
            else:
                break


def _cut(lost: Lost, numbers: Sequence[int], anchors: Anchors, valid: Valid) -> Iterator[Message]:
    """That checkpoints are missing, if an anchor of them is signed, and the newer anchors that cannot be read."""
    for number in reversed(numbers):
        try:
            read(anchors, (lost.epoch, number), valid)
        except Unreadable as error:
            yield unreadable(error)
            continue
        yield Message(
            "Checkpoints %(first)s to %(last)s of epoch %(epoch)s are missing, but their anchors exist. If a backup "
            "was restored, record this with `grants restored`.",
            first=lost.first,
            last=number,
            epoch=lost.epoch,
        )
        break


def missing(held: Container[Name], trusted: Iterable[Checkpoint], names: Iterable[Name]) -> list[Lost]:
    """The checkpoints of each epoch that have anchors, are not held, and were not stated as lost."""
    limit = stated(trusted)
    gone: dict[int, list[int]] = defaultdict(list)
    for name in names:
        if name not in held and name > limit:
            gone[name[0]].append(name[1])
    return [Lost(epoch, min(numbers), max(numbers)) for epoch, numbers in sorted(gone.items())]


def stated(points: Iterable[Checkpoint]) -> Name:
    """The newest checkpoint that one of these states as lost by a restore; (0, 0) if none does."""
    lost = ((p.lost_epoch, p.lost_number) for p in points if p.lost_epoch is not None and p.lost_number is not None)
    return max(lost, default=(0, 0))


def _differing(
    held: Mapping[Name, Checkpoint], epoch: int, numbers: list[int], digest: Callable[[Name], str]
) -> Iterator[Message]:
    """Each digest includes the one before, so that it suffices to read the newest anchor if that one is equal."""

    def differs(number: int) -> bool:
        return held[epoch, number].digest != digest((epoch, number))

    if differs(numbers[-1]):
        first = numbers[bisect_left(numbers, x=True, key=differs)]
        yield Message(
            "Checkpoints %(first)s to %(last)s of epoch %(epoch)s differ from their anchors: they were sealed again.",
            first=first,
            last=numbers[-1],
            epoch=epoch,
        )


def read(anchors: Anchors, name: Name, valid: Valid) -> Statement:
    """The statement of an anchor; raises Unreadable."""
    try:
        data = anchors.read(*name)
    except FileNotFoundError as error:
        raise Unreadable(*name) from error
    except OSError as error:
        raise Unreadable(*name, reason(error)) from error
    try:
        content = json.loads(data)
        version, key_id, seal = content.pop("version"), content.pop("key_id"), content.pop("seal")
        lost = content.pop("restored")
        gaps = tuple((first, last) for first, last in content.pop("gaps"))
        statement = Statement(**content, gaps=gaps, restored=Restored(**lost) if lost else None)
        signed = version == VERSION and valid(key_id, statement.signed, seal) is True
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(*name) from error
    if not signed or (statement.epoch, statement.number) != name:
        raise Unreadable(*name)
    return statement


def unreadable(error: Unreadable) -> Message:
    """The same for people."""
    if error.why:
        text = N_("The anchor of checkpoint %(id)s (epoch %(epoch)s) cannot be read (%(reason)s).")
        return Message(text, id=error.number, epoch=error.epoch, reason=error.why)
    return Message(
        "The anchor of checkpoint %(id)s (epoch %(epoch)s) is damaged, or no known key has signed it.",
        id=error.number,
        epoch=error.epoch,
    )


def listed(anchors: Anchors | None) -> list[Name] | Message:
    """Epoch and number of every anchor, none if none are kept; or that they cannot be listed."""
    try:
        return anchors.names() if anchors is not None else []
    except OSError as error:
        return Message("The anchors cannot be listed (%(reason)s).", reason=reason(error))


def reason(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
