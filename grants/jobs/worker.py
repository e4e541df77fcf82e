"""Our RQ worker: everything is imported and tried before it forks, and the fork is held within limits."""

from __future__ import annotations

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

import reports
from grants.db import db
from grants.jobs import doors
from grants.jobs.doors import SECONDS, Overdue
from grants.jobs.program import queue
from grants.outside import garbage
from grants.services.outbox import LETTERS

MEMORY = 2 * 1024**3
FILE = 256 * 1024**2
GOES_ON = 10.0
"""Seconds for which a child takes jobs: a fork, and the memory that parent and child part with, cost half a letter."""


class Penalty(UnixSignalDeathPenalty):
    """Ends an overdue job with what no `except Exception` can catch."""

    def handle_death_penalty(self, signum: int, frame: FrameType | None) -> None:
        """Raise; the parent's own watch over its child keeps the exception that it waits for."""
        if issubclass(self._exception, HorseMonitorTimeoutException):
            super().handle_death_penalty(signum, frame)  # type: ignore[no-untyped-call]
        raise Overdue


class GrantsWorker(Worker):
    """Forks a child per job out of a parent that holds the application, the fonts and the parsed stylesheets."""

    death_penalty_class = Penalty
    app: Flask
    _until = 0.0

    def subscribe(self) -> None:
        """Listen to no commands over Valkey: RQ would start a thread for it, and a thread must not see a fork."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def main_work_horse(self, job: Any, queue: Any) -> None:
        """In the child: let go of the parent's connections, take on limits, work inside the application."""
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
        """In the child: perform the job, and the next ones that wait, for as long as a child goes on.

        Each has its own time limit. Should the child be killed, the parent buries the first job; whichever it had in
        hand, its rows are due again in the outbox once their lease is over.
        """
        done: bool = super().perform_job(job, queue, execution)
        while done and time.monotonic() < self._until and (found := self._next()):
            job, queue = found
            done = super().perform_job(job, queue, self.prepare_execution(job))
        return done

    def _next(self) -> tuple[Job, Queue] | None:
        """The next job if one waits. The worker stays busy, for one that is idle would stop without its child."""
        found: tuple[Job, Queue] | None = Queue.dequeue_any(
            self.queues, None, connection=self.connection, serializer=self.serializer
        )
        return found

    def handle_warm_shutdown_request(self) -> None:
        """In the parent: the child is to end after the job that it has in hand."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGUSR1)

    def _take_no_more(self, number: int, frame: FrameType | None) -> None:
        self._until = 0.0


class Threaded(RuntimeError):
    """A thread runs in a process that is about to fork: the child could wait for its lock for ever."""


def prepare(app: Flask, name: str, connection: Redis) -> GrantsWorker:
    """A worker of one queue, warmed up; raises Threaded when warming up left a thread.

    Only where letters are printed are fonts and stylesheets read: that takes two seconds, and 60 MiB while it runs.
    """
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    if name == LETTERS:
        reports.warm()
    with app.app_context():
        doors.rehearse()
        db.engine.dispose()
    worker = GrantsWorker(
        [queue(name, connection)],
        connection=connection,
        serializer=JSONSerializer,
        maintenance_interval=30,
        worker_ttl=30,
        log_job_description=False,
    )
    worker.app = app
    if threading.active_count() > 1:
        raise Threaded(", ".join(thread.name for thread in threading.enumerate()))
    garbage.leave_alone()
    return worker
