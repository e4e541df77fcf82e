"""The only job that our queues carry: the work on some rows of the outbox, as the relay enqueues it."""

from __future__ import annotations

import logging
from typing import Any

from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job

WORK = "grants.jobs.processing.work"
SECONDS = 60
"""The time that one job may take; after half of it, the rows that remain are left to another job."""
log = logging.getLogger("grants.jobs")


class OutboxJob(Job):
    """A job that was enqueued by the relay; any other one is dropped where it is read from the queue.

    RQ would run every function that an entry names, and its callbacks, for as long as the entry says. So a person who
    can write to the queue could run commands as the worker.
    """

    def restore(self, raw_data: Any) -> Any:
        """Read the stored job; raises NoSuchJobError, which RQ answers by taking the next one."""
        super().restore(raw_data)
        if not self._is_ours():
            log.error("dropped a job that the relay has not enqueued: %s", self.id[:100])
            raise NoSuchJobError(self.id)

    def _is_ours(self) -> bool:
        try:
            named, given = self.func_name, (self.instance, self.kwargs)
        except DeserializationError:
            return False
        besides = (
            *(self._success_callback_name, self._failure_callback_name, self._stopped_callback_name),
            *(self.webhooks, self._dependency_ids, self.retries_left, self.repeats_left),
        )
        ours = named == WORK and given == (None, {}) and _rows(self.args)
        return ours and self.timeout == SECONDS and not any(besides)


def _rows(args: Any) -> bool:
    """Whether these arguments are one list of ids."""
    return len(args) == 1 and isinstance(args[0], list) and all(type(id) is int for id in args[0])
