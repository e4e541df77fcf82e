"""The RQ worker: it imports and warms up everything before it forks, and limits the resources of its children."""

from __future__ import annotations

import logging
import os
import resource
import signal
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import HorseMonitorTimeoutException, UnixSignalDeathPenalty
from rq.utils import now

import reports
from grants.db import db
from grants.jobs import processing
from grants.jobs.job import SECONDS, UNREADABLE, OutboxJob
from grants.jobs.processing import Overdue
from grants.jobs.program import queue, storage
from grants.jobs.queue import OutboxQueue, forget, mend
from grants.outside import garbage
from grants.services.outbox import LETTERS

MEMORY = 2 * 1024**3
FILE = 256 * 1024**2
GOES_ON = 10.0
"""Seconds for which a child takes jobs, because a fork and its copied memory cost half as much as a letter."""
log = logging.getLogger("grants.jobs")


class Penalty(UnixSignalDeathPenalty):
    """Ends an overdue job with an exception that `except Exception` does not catch."""

    def handle_death_penalty(self, signum: int, frame: FrameType | None) -> None:
        """Raise Overdue; the parent's monitor of its child keeps the exception that RQ expects."""
        if issubclass(self._exception, HorseMonitorTimeoutException):
            super().handle_death_penalty(signum, frame)  # type: ignore[no-untyped-call]
        raise Overdue


class GrantsWorker(Worker):
    """A worker that forks its children from a parent with the application, fonts and stylesheets already loaded."""

    death_penalty_class = Penalty
    app: Flask
    _until = 0.0

    def subscribe(self) -> None:
        """Do not listen for commands over Valkey: RQ would start a thread, and forking with threads is unsafe."""

    def unsubscribe(self) -> None:
        """Do nothing, because nothing was subscribed."""

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - as RQ calls it
        """Do not stop for a key of the queue: nothing here suspends workers, and a person would see no sign of it."""

    def run_maintenance_tasks(self) -> None:
        """Do what RQ does from time to time; if it cannot read its records of past jobs, delete them."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except UNREADABLE:
            log.exception("dropped the records of past jobs, which cannot be read")
            for one in self.queues:
                forget(one)
                mend(one)
            self.last_cleaned_at = now()  # type: ignore[assignment]

    def main_work_horse(self, job: Any, queue: Any) -> None:
        """In the child: drop the parent's connections, set resource limits, and run inside the application context."""
        self._until = time.monotonic() + GOES_ON
        garbage.look_after(garbage.HARDLY_EVER)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 10, SECONDS + 20))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, self._take_no_more)
        with self.app.app_context():
            db.engine.dispose(close=False)
            super().main_work_horse(job, queue)

    def perform_job(self, job: Any, queue: Any, execution: Any) -> bool:
        """In the child: perform the job, then further waiting jobs for as long as a child may run.

        Each job has its own time limit. If the child is killed, the parent marks the first job as failed; the rows of
        the job that was running are due again in the outbox when their lease ends.
        """
        done: bool = super().perform_job(job, queue, execution)
        while done and time.monotonic() < self._until and (found := self._next()):
            job, queue = found
            done = super().perform_job(job, queue, self.prepare_execution(job))
        return done

    def _next(self) -> tuple[Job, Queue] | None:
        """The next waiting job, if any. The worker stays busy, because an idle worker would stop without its child."""
        found: tuple[Job, Queue] | None = self.queue_class.dequeue_any(
            self.queues, None, connection=self.connection, job_class=self.job_class, serializer=self.serializer
        )
        return found

    def handle_warm_shutdown_request(self) -> None:
        """In the parent: tell the child to end after its current job."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGUSR1)

    def _take_no_more(self, number: int, frame: FrameType | None) -> None:
        self._until = 0.0


class Threaded(RuntimeError):
    """A thread is running in a process that is about to fork, so the child could wait for its lock for ever."""


def prepare(app: Flask, name: str, connection: Redis) -> GrantsWorker:
    """A warmed-up worker for one queue; raises Threaded if the warm-up leaves a thread running.

    Fonts and stylesheets are loaded only for the queue of letters, because this takes two seconds and 60 MiB.
    """
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    if name == LETTERS:
        reports.warm()
    with app.app_context():
        processing.rehearse()
        db.engine.dispose()
        if name == LETTERS:
            with suppress(OSError):  # which the first letter reports too, and a later attempt may not
                storage().prepare()
    ours = queue(name, connection)
    mend(ours)
    worker = GrantsWorker(
        [ours],
        connection=connection,
        job_class=OutboxJob,
        queue_class=OutboxQueue,
        serializer=JSONSerializer,
        maintenance_interval=30,
        worker_ttl=30,
        log_job_description=False,
    )
    # `mend` has opened a connection whose reads end after redis-py's five seconds, sooner than RQ's wait for a job.
    connection.connection_pool.disconnect()
    connection.connection_pool.reset()
    worker.app = app
    if threading.active_count() > 1:
        raise Threaded(", ".join(thread.name for thread in threading.enumerate()))
    garbage.leave_alone()
    return worker
