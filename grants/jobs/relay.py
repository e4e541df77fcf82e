"""The relay: enqueues waiting outbox rows every second. Any number of relays can run at the same time."""

from __future__ import annotations

import logging
import signal
import threading

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from grants.db import db, transaction
from grants.jobs.job import SECONDS, WORK
from grants.jobs.program import FAULTS, queue
from grants.services import outbox

PER_JOB = 10
"""Outbox rows per job, so that the queue's overhead for a job is paid once for several rows."""
FULL = 50
"""Maximum number of jobs waiting in a queue. Other rows wait in the database, where they cannot be lost."""
log = logging.getLogger("grants.jobs.relay")


def run(app: Flask, connection: Redis, *, pause: float = 1.0) -> None:
    """Run until SIGTERM or SIGINT; wait while the database or the queue is unreachable."""
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    while not end.wait(pause):
        try:
            with app.app_context():
                turn(connection)
        except (RedisError, *FAULTS) as error:
            log.warning("waiting: %s", " ".join(str(error).split())[:200])
            end.wait(pause)


def turn(connection: Redis, *, per_job: int = PER_JOB) -> int:
    """Enqueue the due rows once, `per_job` rows per job; return the number of rows."""
    count = 0
    try:
        with transaction():
            outbox.bury()
            for name in outbox.QUEUES:
                target = queue(name, connection)
                room = max(FULL - target.count, 0)
                ids = outbox.due(room * per_job, name) if room else []
                for few in (ids[at : at + per_job] for at in range(0, len(ids), per_job)):
                    target.enqueue_call(WORK, args=(few,), timeout=SECONDS, result_ttl=0, failure_ttl=86_400, ttl=3_600)
                if ids:
                    outbox.enqueued(ids)
                count += len(ids)
    finally:
        db.session.remove()
    return count
