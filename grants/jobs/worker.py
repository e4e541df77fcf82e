"""Our RQ worker: everything is imported and tried before it forks, and the fork is held within limits."""

from __future__ import annotations

import gc
import resource
import signal
import threading
from types import FrameType
from typing import Any

from flask import Flask
from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer
from rq.timeouts import HorseMonitorTimeoutException, UnixSignalDeathPenalty

import reports
from grants.db import db
from grants.jobs import doors
from grants.jobs.doors import SECONDS, Overdue
from grants.jobs.program import queue

MEMORY = 2 * 1024**3
FILE = 256 * 1024**2


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

    def subscribe(self) -> None:
        """Listen to no commands over Valkey: RQ would start a thread for it, and a thread must not see a fork."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed to."""

    def main_work_horse(self, job: Any, queue: Any) -> None:
        """In the child: let go of the parent's connections, take on limits, work inside the application.

        It ends after a few letters, and its garbage with it; collecting on the way would cost more than the garbage.
        """
        gc.disable()
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 10, SECONDS + 20))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        with self.app.app_context():
            db.engine.dispose(close=False)
            super().main_work_horse(job, queue)


class Threaded(RuntimeError):
    """A thread runs in a process that is about to fork: the child could wait for its lock for ever."""


def prepare(app: Flask, name: str, connection: Redis) -> GrantsWorker:
    """A worker of one queue, warmed up; raises Threaded when warming up left a thread.

    What is there before the fork is put out of the garbage collector's reach: a collection in a child would write to
    every page that it shares with its parent, and cost it as much as two letters.
    """
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
    gc.collect()
    gc.freeze()
    return worker
