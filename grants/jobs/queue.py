"""A queue from which RQ reads what others may have written: what cannot be read is dropped."""

from __future__ import annotations

import logging
from typing import Any

from redis import Redis
from rq.group import Group
from rq.intermediate_queue import IntermediateQueue
from rq.queue import Queue
from rq.rate_limit import RateLimitRegistry
from rq.registry import (
    DeferredJobRegistry,
    FailedJobRegistry,
    FinishedJobRegistry,
    ReadyJobRegistry,
    StartedJobRegistry,
)
from rq.worker_registration import REDIS_WORKER_KEYS, WORKERS_BY_QUEUE_KEY

from grants.jobs.job import OutboxJob
from grants.jobs.refused import park

RECORDS = (DeferredJobRegistry, FailedJobRegistry, FinishedJobRegistry, ReadyJobRegistry, StartedJobRegistry)
log = logging.getLogger("grants.jobs")


class OutboxQueue(Queue):
    """A queue of the jobs of the relay."""

    job_class = OutboxJob

    @classmethod
    def lmove(cls, connection: Redis, queue_key: str, timeout: int | None) -> Any:
        """The next entry, as RQ takes it; an entry whose id is no text is dropped."""
        while (found := super().lmove(connection, queue_key, timeout)) is not None:
            if _is_text(found[1]):
                return found
            log.error("dropped an entry of the queue %s whose id cannot be read: %.100r", queue_key, found[1])
            park(connection, found[1], "its id cannot be read")
            connection.lrem(IntermediateQueue.get_intermediate_queue_key(queue_key), 0, found[1])
        return None


def _is_text(id: bytes) -> bool:
    try:
        return bool(id.decode())
    except UnicodeDecodeError:
        return False


def forget(queue: Queue) -> None:
    """Delete what RQ notes about jobs that were taken from this queue, and about groups and limits, which are not used.

    The outbox holds the rows of the jobs, and enqueues each one again that was not done.
    """
    queue.connection.delete(
        *(record.key_template.format(queue.name) for record in RECORDS),
        *(queue.intermediate_queue.key, queue.registry_cleaning_key),
        *(Group.REDIS_GROUP_KEY, RateLimitRegistry.rl_keys_key),
    )


def mend(queue: Queue) -> None:
    """Delete the keys of this queue that hold another type of value than RQ stores in them."""
    types = {queue.key: b"list", queue.intermediate_queue.key: b"list"}
    types |= {record.key_template.format(queue.name): b"zset" for record in RECORDS}
    types |= dict.fromkeys((REDIS_WORKER_KEYS, WORKERS_BY_QUEUE_KEY % queue.name, queue.redis_queues_keys), b"set")
    for key, type_of_value in types.items():
        if queue.connection.type(key) not in {type_of_value, b"none"}:
            log.error("dropped the key %s of the queue, which holds another type of value", key)
            queue.connection.delete(key)
