"""Checks of `grants verify` on the times of events: against the clock, their chain and the checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from grants.db import db
from grants.models import Checkpoint
from workflows.engine.message import N_, Message

TOLERANCE = "CAST('1 minute' AS interval)"
"""What the clocks of two transactions differ by at most: each adds the time elapsed to one reading of the database."""
FUTURE = f"SELECT id FROM public.history WHERE at > clock_timestamp() + {TOLERANCE} ORDER BY id"  # noqa: S608 - a constant
EARLIER = f"""
    SELECT id FROM (
        SELECT id, at, lag(at) OVER (PARTITION BY subject, subject_id ORDER BY number) AS before
        FROM public.history) AS event
    WHERE at < before - {TOLERANCE} ORDER BY id"""  # noqa: S608 - a constant


def problems(*, movable: bool) -> Iterator[Message]:
    """Events of the future, and events before the one that they follow. The holder of a chain reads the clock then.

    movable: whether the clock may be moved, as in a demonstration. Then any time is possible.
    """
    if movable:
        return
    for id in db.session.scalars(text(FUTURE)):
        yield Message(N_("History, event %(id)s: its time is in the future."), id=id)
    for id in db.session.scalars(text(EARLIER)):
        yield Message(N_("History, event %(id)s: its time is earlier than that of the event before it."), id=id)


DIFFERENCE = timedelta(minutes=1)
"""The same as TOLERANCE."""
LONGEST = timedelta(minutes=30)
"""How long a transaction can be open after it has taken the time of an event. Checkpoints wait as long for its ids."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The checkpoints between whose times the events that a checkpoint is the first to cover have happened.

    before, after: for the place of each checkpoint, and of the events that none covers, the newest reliable checkpoint
    before it, which did not show them yet, and the first one from there on, which showed them. None if there is none.
    """

    before: Sequence[Checkpoint | None]
    after: Sequence[Checkpoint | None]

    @classmethod
    def of(cls, points: Sequence[Checkpoint], trusted: Sequence[bool]) -> Limits:
        """The limits at the place of each checkpoint and behind the last. trusted: whether its seal is valid."""
        before: list[Checkpoint | None] = [None]
        for point, reliable in zip(points, trusted, strict=True):
            before.append(point if reliable else before[-1])
        after: list[Checkpoint | None] = [None]
        for point, reliable in zip(reversed(points), reversed(trusted), strict=True):
            after.append(point if reliable else after[-1])
        return cls(before, after[::-1])

    def problem(self, place: int, id: int, happened: datetime) -> Message | None:
        """What is wrong with the time of an event at this place."""
        before, after = self.before[place], self.after[place]
        if after is not None and happened > after.at + DIFFERENCE:
            late = N_("History, event %(id)s: its time is later than that of checkpoint %(number)s, which includes it.")
            return Message(late, id=id, number=after.id)
        if before is not None and happened < before.at - LONGEST - DIFFERENCE:
            early = N_(
                "History, event %(id)s: its time is well before that of checkpoint %(number)s, which does not "
                "include it."
            )
            return Message(early, id=id, number=before.id)
        return None
