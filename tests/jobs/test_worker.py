"""The worker before it forks, and the resources that its child closes."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import Callback, Queue, Repeat, Retry, Worker, get_current_job
from rq.command import send_command
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import HorseMonitorTimeoutException, JobTimeoutException, UnixSignalDeathPenalty
from rq.webhook import Webhook

import reports
from grants.db import db
from grants.jobs import worker
from grants.jobs.job import SECONDS, WORK, OutboxJob
from grants.jobs.processing import Overdue
from grants.jobs.program import queue
from grants.models import Outbox

STOP = f"{__name__}.stop_the_worker"


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable warming up, which takes seconds and is tested in tests/reports."""
    monkeypatch.setattr(reports, "warm", lambda: None)


def test_the_worker_reads_json_and_listens_to_one_queue(awarded_app: Flask, queues: Redis) -> None:
    made = worker.prepare(awarded_app, "letters", queues)

    assert made.serializer is JSONSerializer
    assert made.queue_names() == ["letters"]
    assert made.death_penalty_class is worker.Penalty


@pytest.mark.parametrize(("name", "warmed"), [("letters", 1), ("default", 0)])
def test_only_the_worker_for_letters_loads_the_print_engine(
    awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch, name: str, warmed: int
) -> None:
    asked: list[None] = []
    monkeypatch.setattr(reports, "warm", lambda: asked.append(None))

    worker.prepare(awarded_app, name, queues)

    assert len(asked) == warmed


def test_a_pickled_job_is_never_read(awarded_app: Flask, queues: Redis) -> None:
    pickled = Queue("letters", connection=queues).enqueue_call(os.getpid)

    with pytest.raises(DeserializationError):
        _ = Job.fetch(pickled.id, connection=queues, serializer=JSONSerializer).func


def test_the_worker_does_not_fork_with_a_second_thread(awarded_app: Flask, queues: Redis) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="left over")
    thread.start()
    try:
        with pytest.raises(worker.Threaded, match="left over"):
            worker.prepare(awarded_app, "letters", queues)
    finally:
        end.set()
        thread.join()


def test_the_worker_starts_no_thread_for_commands(awarded_app: Flask, queues: Redis) -> None:
    made = worker.prepare(awarded_app, "letters", queues)

    made.subscribe()

    assert threading.active_count() == 1
    assert made.unsubscribe() is None  # type: ignore[func-returns-value]


def test_the_standard_rq_worker_would_start_one(queues: Redis) -> None:
    theirs = Worker([queue("letters", queues)], connection=queues, serializer=JSONSerializer)
    theirs.register_birth()  # type: ignore[no-untyped-call]
    theirs.subscribe()  # type: ignore[no-untyped-call]
    thread: Any = theirs.pubsub_thread
    try:
        assert threading.active_count() > 1
    finally:
        thread.stop()
        send_command(queues, theirs.name, "heard")  # it checks once a minute, or when it receives a command
        thread.join()


def leave_a_trace(*_: object) -> None:
    """A function that nobody but an attacker puts into the queue."""
    TRACE.touch()


TRACE = Path(tempfile.gettempdir()) / f"grants-trace-{os.getpid()}"
FOREIGN = f"{__name__}.leave_a_trace"
FORGED: dict[str, dict[str, Any]] = {
    "another function": {"func": FOREIGN},
    "another time limit": {"timeout": -1},
    "a callback after success": {"on_success": Callback(FOREIGN)},
    "a callback after failure": {"on_failure": Callback(FOREIGN), "args": (5,)},
    "arguments by name": {"kwargs": {"ids": []}, "args": ()},
    "more arguments": {"args": ([], [])},
    "texts in place of ids": {"args": (["1"],)},
    "a repetition": {"repeat": Repeat(times=3)},
    "a retry": {"retry": Retry(max=3)},
    "a call of another service": {"webhooks": [Webhook("http://127.0.0.1:1/", "finished")]},
}


@pytest.fixture
def traces(awarded_app: Flask, queues: Redis) -> Iterator[Callable[[dict[str, Any]], tuple[int, bool]]]:
    """Puts a job into the queue, as somebody who can write to it; gives how many jobs a worker ran, and any trace."""

    def run(changes: dict[str, Any]) -> tuple[int, bool]:
        forged = Queue("letters", connection=queues, serializer=JSONSerializer)
        forged.enqueue_call(**{"func": WORK, "args": ([],), "timeout": SECONDS, "result_ttl": 0, **changes})
        return worked(awarded_app, queues), TRACE.exists()

    TRACE.unlink(missing_ok=True)
    yield run
    TRACE.unlink(missing_ok=True)


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_a_job_that_is_not_ours_is_dropped(
    traces: Callable[[dict[str, Any]], tuple[int, bool]], forks: list[str], changes: dict[str, Any]
) -> None:
    assert traces(changes) == (0, False)
    assert forks == []


def test_a_job_of_ours_is_done_beside_a_forged_one(
    traces: Callable[[dict[str, Any]], tuple[int, bool]], forks: list[str], queues: Redis
) -> None:
    queue("letters", queues).enqueue_call(WORK, args=([],), timeout=SECONDS, result_ttl=0)

    assert traces({"func": FOREIGN}) == (0, False)
    assert len(forks) == 1


@pytest.mark.parametrize("forged", ["another function", "a callback after success", "a callback after failure"])
def test_without_the_check_the_function_of_another_would_run(
    traces: Callable[[dict[str, Any]], tuple[int, bool]], monkeypatch: pytest.MonkeyPatch, forged: str
) -> None:
    """Counter-test."""
    monkeypatch.setattr(OutboxJob, "_is_ours", lambda _: True)

    assert traces(FORGED[forged])[1]


def stop_the_worker() -> None:
    """A job during which its worker is told to stop, and which ends once the worker has received the signal."""
    job = get_current_job()
    assert job is not None
    os.kill(os.getppid(), signal.SIGTERM)
    while not job.connection.hget(f"rq:worker:{job.worker_name}", "shutdown_requested_date"):
        time.sleep(0.01)


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs for which a child was forked."""
    found: list[str] = []
    fork = Worker.fork_work_horse

    def counted(self: Worker, job: Job, queue: Queue) -> None:
        found.append(job.id)
        fork(self, job, queue)

    monkeypatch.setattr(Worker, "fork_work_horse", counted)
    return found


def worked(app: Flask, queues: Redis, *jobs: str) -> int:
    """Let one of our workers process these jobs; returns how many are left."""
    waiting = queue("letters", queues)
    for job in jobs:
        waiting.enqueue_call(job, args=([],) if job == WORK else (), timeout=SECONDS, result_ttl=0)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)}
    try:
        worker.prepare(app, "letters", queues).work(burst=True, logging_level="WARNING")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return waiting.count


def test_a_child_continues_with_the_next_job(awarded_app: Flask, queues: Redis, forks: list[str]) -> None:
    assert worked(awarded_app, queues, WORK, WORK, WORK) == 0
    assert len(forks) == 1


def test_a_child_ends_after_its_time_limit(
    awarded_app: Flask, queues: Redis, forks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "GOES_ON", 0.0)

    assert worked(awarded_app, queues, WORK, WORK, WORK) == 0
    assert len(forks) == 3


def test_a_worker_told_to_stop_ends_after_the_current_job(
    awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OutboxJob, "_is_ours", lambda _: True)

    assert worked(awarded_app, queues, STOP, WORK, WORK) == 2


def test_a_child_that_is_not_told_to_stop_would_continue(
    awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OutboxJob, "_is_ours", lambda _: True)
    monkeypatch.delattr(worker.GrantsWorker, "handle_warm_shutdown_request")

    assert worked(awarded_app, queues, STOP, WORK, WORK) == 0


def penalty(kind: type[UnixSignalDeathPenalty], raises: type[Exception]) -> Any:
    """A death penalty as RQ creates it; its timer starts only when it is entered."""
    return kind(SECONDS, raises)


def test_an_overdue_job_ends_with_an_exception_that_libraries_do_not_swallow() -> None:
    with pytest.raises(Overdue):
        penalty(worker.Penalty, JobTimeoutException).handle_death_penalty(signal.SIGALRM, None)


def job_that_catches_everything(rings: Any) -> str:
    """Catch every exception, so that the job continues as if there were no limit."""
    try:
        rings.handle_death_penalty(signal.SIGALRM, None)
    except Exception:  # noqa: BLE001 - the test needs code that catches everything
        return "went on"
    return "was not rung"


def test_code_that_catches_every_exception_does_not_catch_ours() -> None:
    with pytest.raises(Overdue):
        job_that_catches_everything(penalty(worker.Penalty, JobTimeoutException))


def test_the_standard_penalty_of_rq_would_be_swallowed() -> None:
    """Counter-test: with RQ's own death penalty, the overdue job continues."""
    assert job_that_catches_everything(penalty(UnixSignalDeathPenalty, JobTimeoutException)) == "went on"


def test_the_parents_watchdog_keeps_its_own_exception() -> None:
    with pytest.raises(HorseMonitorTimeoutException):
        penalty(worker.Penalty, HorseMonitorTimeoutException).handle_death_penalty(signal.SIGALRM, None)


def test_the_child_has_its_own_limits_and_connections(
    awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = worker.prepare(awarded_app, "letters", queues)
    reported, tell = os.pipe()

    def look(self: Worker, job: object, queue: object) -> None:
        backend = db.session.execute(db.text("SELECT pg_backend_pid()")).scalar_one()
        limits = [
            resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE)
        ]
        os.write(tell, repr((backend, limits)).encode())

    monkeypatch.setattr(Worker, "main_work_horse", look)
    with awarded_app.app_context():
        before = db.session.execute(db.text("SELECT pg_backend_pid()")).scalar_one()
        child = os.fork()
        if child == 0:
            made.main_work_horse(None, None)
            os._exit(0)
        os.waitpid(child, 0)
        backend, limits = eval(os.read(reported, 1000))  # noqa: S307 - our own child's words
        db.session.remove()

        assert backend != before
        assert limits == [SECONDS + 10, worker.MEMORY, worker.FILE]
        assert db.session.query(Outbox).count() > 0, "the parent's connection still works"
    os.close(reported)
    os.close(tell)


def test_a_connection_waits_for_a_job_as_long_as_the_worker_does(awarded_app: Flask, queues: Redis) -> None:
    """With a shorter limit, an idle worker took its queue for lost, and asked again only after up to a minute."""
    made = worker.prepare(awarded_app, "letters", queues)

    queues.ping()

    pool = queues.connection_pool
    connection = pool.get_connection()
    pool.release(connection)
    assert (connection.socket_timeout or 0) >= made.connection_timeout
