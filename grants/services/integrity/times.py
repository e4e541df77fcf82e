"""Checks of `grants verify` on the times of events: none lies in the future or before the event that it follows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from grants.db import db
from workflows.engine.message import N_, Message

TOLERANCE = "CAST('1 minute' AS interval)"
"""What the clocks of two transactions differ by at most: each adds the time elapsed to one reading of the database."""
FUTURE = f"SELECT id FROM history WHERE at > pg_catalog.clock_timestamp() + {TOLERANCE} ORDER BY id"  # noqa: S608 - a constant
EARLIER = f"""
    SELECT id FROM (
        SELECT id, at, lag(at) OVER (PARTITION BY subject, subject_id ORDER BY number) AS before FROM history) AS event
    WHERE at < before - {TOLERANCE} ORDER BY id"""  # noqa: S608 - a constant


def problems(*, movable: bool) -> Iterator[Message]:
    """Events of the future, and events before the one that they follow. The holder of a chain reads the clock then.

    movable: whether the clock may be moved, as in a demonstration. Then any time is possible.
    """
    if movable:
        return
    for id in db.session.scalars(text(FUTURE)):
        yield Message(N_("History, event %(id)s: its time lies in the future."), id=id)
    for id in db.session.scalars(text(EARLIER)):
        yield Message(N_("History, event %(id)s: its time lies before the event that it follows."), id=id)
