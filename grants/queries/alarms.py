"""What the database says about the service: work that waits, the last run of the clock, and its own size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Interval, func, or_, select, text, type_coerce

from grants.db import GRANTS_NOW, db
from grants.models import ClockFailure, Figures, Outbox

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Work:
    """The rows of one kind in the outbox.

    oldest: when the oldest waiting one was created. given_up: those that failed for good. done, longest: how many were
    done in the last 24 hours, and the longest time that one of these took from its creation.
    """

    waiting: int = 0
    oldest: datetime | None = None
    given_up: int = 0
    done: int = 0
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """The last run of the clock, None before the first one, and how many of its tasks have failed and are repeated."""

    at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class Database:
    """The size of the database in bytes, the connections to its server, and the most that the server accepts."""

    size: int
    connections: int
    most: int


def work() -> Mapping[str, Work]:
    """The work in the outbox, by its kind; a kind without any is left out."""
    waiting = Outbox.done_at.is_(None) & Outbox.dead_at.is_(None)
    done = Outbox.done_at >= GRANTS_NOW - DAY
    rows = db.session.execute(
        select(
            Outbox.kind,
            func.count().filter(waiting),
            func.min(Outbox.created_at).filter(waiting),
            func.count().filter(Outbox.dead_at.is_not(None)),
            func.count().filter(done),
            func.max(type_coerce(Outbox.done_at - Outbox.created_at, Interval)).filter(done),
        )
        .where(or_(Outbox.done_at.is_(None), done))
        .group_by(Outbox.kind)
        .order_by(Outbox.kind)
    )
    return {row[0]: Work(*row[1:]) for row in rows}


def clock() -> Clock:
    """The last run of the clock: each one computes the public figures."""
    failed = select(func.count()).select_from(ClockFailure).scalar_subquery()
    at = select(Figures.at).limit(1).scalar_subquery()
    return Clock(*db.session.execute(select(at, failed)).one())


def database() -> Database:
    """The database and its server."""
    asked = text(
        "SELECT pg_database_size(current_database()), (SELECT sum(numbackends) FROM pg_stat_database)::int,"
        " current_setting('max_connections')::int"
    )
    return Database(*db.session.execute(asked).one())
