"""Whether the sealer works, as the clock sees it: its refusals are otherwise in its own log only."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from grants.db import db, now
from grants.models import Checkpoint, Event
from grants.services.integrity.sealing import checkpoints
from grants.services.integrity.sealing.seals import UNSEALED


class Unsealed(RuntimeError):
    """Events wait for a checkpoint."""


def require_checkpoint() -> None:
    """Raise Unsealed if an event has waited for a checkpoint longer than UNSEALED since the database server started.

    Where there is no checkpoint at all, a sealer has yet to be set up, and `grants verify` says so.
    """
    last = checkpoints.newest()
    if last is None:
        return
    waiting = waiting_since(last)
    if waiting is not None and waiting.sealer_since < now() - UNSEALED:
        since = waiting.event_at.isoformat(sep=" ", timespec="minutes")
        raise Unsealed(f"No checkpoint covers the history since {since}. The log of the sealer gives the reason.")


class Waiting(NamedTuple):
    """The oldest event after the last checkpoint. sealer_since: how long the sealer could have sealed it."""

    event_at: datetime
    sealer_since: datetime


def waiting_since(last: Checkpoint) -> Waiting | None:
    """The oldest event that waits for a checkpoint after this one, the newest; None if it covers all events."""
    waiting = db.session.scalar(select(Event.at).where(Event.id > last.up_to).order_by(Event.id).limit(1))
    started = db.session.scalar(select(func.pg_postmaster_start_time()))
    return Waiting(waiting, max(waiting, started or waiting)) if waiting is not None else None
