"""The only job that our queues carry: the work on some rows of the outbox, as the relay enqueues it."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping
from typing import Any, NoReturn

from redis.exceptions import ResponseError
from rq.exceptions import DeserializationError, NoSuchJobError, TimeoutFormatError
from rq.intermediate_queue import IntermediateQueue
from rq.job import Job
from rq.queue import Queue

from grants.jobs.refused import park
from grants.services.outbox import QUEUES

WORK = "grants.jobs.processing.work"
SECONDS = 60
"""The time that one job may take; after half of it, the rows that remain are left to another job."""
LONGEST = 16_384
"""The most bytes of a stored job, and of each part of it that is compressed. The relay writes less than 1 000."""
COMPRESSED = (b"data", b"exc_info")
DAY = 86_400
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DeserializationError,
    LookupError,
    NoSuchJobError,
    RecursionError,
    ResponseError,
    TimeoutFormatError,
    TypeError,
    ValueError,
)
"""What RQ can raise at a stored value that neither it nor the relay writes."""
log = logging.getLogger("grants.jobs")


class OutboxJob(Job):
    """A job that was enqueued by the relay; any other one is refused and set aside wherever RQ reads it.

    RQ would run every function that an entry names, and its callbacks, for as long as the entry says. So a person who
    can write to the queue could run commands as the worker. A worker would also end at every entry that RQ cannot read.
    """

    def refresh(self) -> None:
        """Read the stored job from the queue's server; raises NoSuchJobError, also if the key holds no job."""
        try:
            super().refresh()  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if not str(error).startswith("WRONGTYPE"):
                raise
            self._refuse(error)

    def restore(self, raw_data: Any) -> Any:
        """Read the stored job; raises NoSuchJobError, which RQ answers by taking the next one."""
        try:
            _limit(raw_data)
            super().restore(raw_data)
            ours = self._is_ours()
        except UNREADABLE as error:
            self._refuse(error, raw_data)
        if not ours:
            self._refuse("it differs from the jobs of the relay", raw_data)

    def _refuse(self, why: object, stored: Mapping[bytes, bytes] | None = None) -> NoReturn:
        """Set the stored job aside, so that it is read only once."""
        log.error("dropped a job that the relay has not enqueued: %.100r (%.200r)", self.id, str(why))
        park(self.connection, self.id, str(why), stored)
        self.connection.delete(self.key)
        for name in QUEUES:
            IntermediateQueue(f"{Queue.redis_queue_namespace_prefix}{name}", self.connection).remove(self.id)
        raise NoSuchJobError(self.id)

    def _is_ours(self) -> bool:
        named, given = self.func_name, (self.instance, self.kwargs)
        besides = (
            *(self._success_callback_name, self._failure_callback_name, self._stopped_callback_name),
            *(self.webhooks, self._dependency_ids, self.retries_left, self.repeats_left),
            *(self.group_id, self.rate_limit_key),
        )
        ours = named == WORK and given == (None, {}) and _rows(self.args) and self.origin in QUEUES
        lasting = (self.ttl, self.result_ttl, self.failure_ttl)
        brief = self.timeout == SECONDS and all(0 <= seconds <= DAY for seconds in lasting if seconds is not None)
        return ours and brief and not any(besides)


def _limit(stored: Mapping[bytes, bytes]) -> None:
    """Raise ValueError if the stored job is longer than LONGEST, or a part of it would be once it is unpacked."""
    if sum(len(name) + len(value) for name, value in stored.items()) > LONGEST:
        raise ValueError("it is too long")
    for name in COMPRESSED:
        unpacking = zlib.decompressobj()
        try:
            unpacking.decompress(stored.get(name, b""), LONGEST)
        except zlib.error:
            continue  # RQ takes it as it is
        if unpacking.unconsumed_tail:
            raise ValueError("it is too long when it is unpacked")


def _rows(args: Any) -> bool:
    """Whether these arguments are one list of ids."""
    return len(args) == 1 and isinstance(args[0], list) and all(type(id) is int for id in args[0])
