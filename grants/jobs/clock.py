"""Periodic work: transitions whose time limit has passed, the digest for auditors, the public figures, retention."""

from __future__ import annotations

import logging

from redis import Redis
from rq.cron import CronJob, CronScheduler
from rq.job import Job

from grants.db import db, transaction
from grants.jobs.program import queue
from grants.models import Application
from grants.queries import overdue
from grants.services import figures, idempotency, outbox, transitions
from grants.services.integrity import digest_mails
from grants.services.refusals import Refused
from workflows.engine.roles import CLOCK

log = logging.getLogger("grants.jobs.clock")
EVERY = 60
TICK = "grants.jobs.clock.tick"


def tick() -> int:
    """Apply every due transition in a transaction of its own, then queue the digest and update the public figures.

    Idempotency keys whose retention has ended are deleted. Returns the number of transitions applied.
    """
    taken = 0
    for id, key in overdue.transitions():
        db.session.remove()
        try:
            with transaction():
                transitions.apply(db.session.get_one(Application, id), key, actor=CLOCK)
        except Refused as refused:
            log.info("application %s: %s", id, refused)
        else:
            taken += 1
    db.session.remove()
    with transaction():
        digest_mails.queue()
    with transaction():
        figures.keep()
    with transaction():
        idempotency.purge()
    db.session.remove()
    return taken


class Tick(CronJob):
    """RQ's cron job, stored as JSON. RQ's own class would store a pickle, which the workers refuse to read."""

    def enqueue(self, connection: Redis) -> Job:
        """Enqueue one tick."""
        return queue(self.queue_name, connection).enqueue_call(
            TICK, timeout=120, result_ttl=0, failure_ttl=86_400, ttl=EVERY
        )


def scheduler(connection: Redis) -> CronScheduler:
    """RQ's scheduler with the tick as its only job."""
    cron = CronScheduler(connection, logging_level=logging.WARNING)
    cron.get_jobs().append(Tick(queue_name=outbox.DEFAULT, func=tick, interval=EVERY, name="tick"))
    return cron
