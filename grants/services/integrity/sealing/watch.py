"""Whether the sealer works, as the clock sees it: its refusals are otherwise in its own log only."""

from __future__ import annotations

from sqlalchemy import func, select

from grants.db import db, now
from grants.models import Event
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
    waiting = db.session.scalar(select(Event.at).where(Event.id > last.up_to).order_by(Event.id).limit(1))
    started = db.session.scalar(select(func.pg_postmaster_start_time()))
    if waiting is not None and max(waiting, started or waiting) < now() - UNSEALED:
        since = waiting.isoformat(sep=" ", timespec="minutes")
        raise Unsealed(f"No checkpoint covers the history since {since}. The log of the sealer gives the reason.")
