"""An entry of the queue that cannot be read is dropped, and the worker continues with the next one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ResponseError
from rq import Worker
from rq.exceptions import NoSuchJobError
from rq.suspension import WORKERS_SUSPENDED

import reports
from grants.jobs import job, worker
from grants.jobs.job import SECONDS, WORK, OutboxJob
from grants.jobs.program import queue
from grants.jobs.queue import OutboxQueue
from tests.jobs.test_worker import worked

LETTERS = "rq:queue:letters"
TAKEN = f"{LETTERS}:intermediate"
KEY = "rq:job:forged"


def packed(args: Any) -> bytes:
    """The call of a job, as RQ stores it."""
    return zlib.compress(json.dumps([WORK, None, args, {}]).encode())


BOMB = zlib.compress(b"0" * 10_000_000, 9)
OURS: dict[Any, Any] = {
    "created_at": "2026-11-30T00:00:00.000000Z",
    "data": packed([[]]),
    "timeout": str(SECONDS),
    "origin": "letters",
    "status": "queued",
}
UNREADABLE: dict[str, dict[Any, Any]] = {
    "a day that is none": {"created_at": "garbage"},
    "an unknown status": {"status": "bogus"},
    "a time limit that is none": {"timeout": "abc"},
    "a lifetime that is none": {"ttl": "x"},
    "a lifetime without end": {"result_ttl": "-1"},
    "an origin that is no text": {"origin": b"\xff"},
    "an unknown origin": {"origin": "elsewhere"},
    "a worker that is no text": {"worker_name": b"\xff"},
    "dependencies that are no JSON": {"dependency_ids": "{"},
    "a dependency": {"dependency_ids": '["other"]'},
    "a name that is no text": {b"\xff": "x"},
    "lists in lists": {"data": b"[" * 10_000},
    "a call that is no list": {"data": b"5"},
    "a call that is long": {"data": b" " * (job.LONGEST + 1)},
    "a call that is long when it is unpacked": {"data": BOMB},
    "an error that is long when it is unpacked": {"exc_info": BOMB},
    "a group": {"group_id": "g"},
    "a limit of its rate": {"rate_limit_key": "k", "rate_limit_concurrency": "1"},
}


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable warming up, which takes seconds and is tested in tests/reports."""
    monkeypatch.setattr(reports, "warm", lambda: None)


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that the parent took from the queue; no child is forked for them."""
    found: list[str] = []
    monkeypatch.setattr(Worker, "execute_job", lambda _self, taken, _queue: found.append(taken.id))
    return found


def store(queues: Redis, changes: dict[str, Any] | None = None) -> None:
    """Put an entry into the queue as somebody who can write to it: a job of ours with these changes."""
    queues.hset(KEY, mapping=OURS | (changes or {}))
    queues.rpush(LETTERS, "forged")


def add_ours(queues: Redis) -> str:
    """Let the relay enqueue a job."""
    made = queue("letters", queues).enqueue_call(WORK, args=([],), timeout=SECONDS, result_ttl=0)
    return str(made.id)


def test_the_forged_entry_would_be_read_if_nothing_was_changed(
    awarded_app: Flask, queues: Redis, performed: list[str]
) -> None:
    store(queues)

    assert worked(awarded_app, queues) == 0
    assert performed == ["forged"]


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_an_entry_that_cannot_be_read_is_dropped(
    awarded_app: Flask, queues: Redis, performed: list[str], changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    store(queues, changes)
    ours = add_ours(queues)

    assert worked(awarded_app, queues) == 0
    assert performed == [ours]
    assert queues.exists(KEY) == 0
    assert queues.lrange(TAKEN, 0, -1) == [ours.encode()]
    assert "dropped a job that the relay has not enqueued: 'forged'" in caplog.text


@pytest.mark.parametrize("forged", ["a day that is none", "an origin that is no text", "dependencies that are no JSON"])
def test_without_the_guard_the_worker_would_end(
    awarded_app: Flask, queues: Redis, performed: list[str], monkeypatch: pytest.MonkeyPatch, forged: str
) -> None:
    """Counter-test."""
    monkeypatch.setattr(job, "UNREADABLE", (NoSuchJobError,))
    store(queues, UNREADABLE[forged])
    add_ours(queues)

    assert worked(awarded_app, queues) == 1
    assert performed == []
    assert queues.lrange(TAKEN, 0, -1) == [b"forged"]


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long what RQ unpacks becomes."""
    found: list[int] = []
    unpack = zlib.decompress

    def measured(data: bytes) -> bytes:
        found.append(len(unpack(data)))
        return unpack(data)

    monkeypatch.setattr(zlib, "decompress", measured)
    return found


def test_a_long_entry_is_not_unpacked(queues: Redis, unpacked: list[int]) -> None:
    store(queues, {"data": BOMB})

    with pytest.raises(NoSuchJobError):
        OutboxJob.fetch("forged", connection=queues, serializer="rq.serializers.JSONSerializer")
    assert unpacked == []


def test_without_the_limit_it_would_be(queues: Redis, unpacked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    monkeypatch.setattr(job, "_limit", lambda _: None)
    store(queues, {"data": BOMB})

    with pytest.raises(NoSuchJobError):
        OutboxJob.fetch("forged", connection=queues, serializer="rq.serializers.JSONSerializer")
    assert unpacked == [10_000_000]


def test_a_job_of_the_relay_is_far_below_the_limit(queues: Redis) -> None:
    made = queue("letters", queues).enqueue_call(WORK, args=([2**62] * 10,), timeout=SECONDS)

    assert sum(len(k) + len(v) for k, v in queues.hgetall(made.key).items()) < 1_000


def test_a_key_that_holds_no_job_is_dropped(awarded_app: Flask, queues: Redis, performed: list[str]) -> None:
    queues.set(KEY, "x")
    queues.rpush(LETTERS, "forged")
    ours = add_ours(queues)

    assert worked(awarded_app, queues) == 0
    assert performed == [ours]
    assert queues.exists(KEY) == 0


def test_an_id_that_is_no_text_is_dropped(awarded_app: Flask, queues: Redis, performed: list[str]) -> None:
    queues.rpush(LETTERS, b"\xff")
    ours = add_ours(queues)

    assert worked(awarded_app, queues) == 0
    assert performed == [ours]
    assert queues.lrange(TAKEN, 0, -1) == [ours.encode()]


def test_with_the_queue_of_rq_it_would_end_the_worker(
    awarded_app: Flask, queues: Redis, performed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.delattr(OutboxQueue, "lmove")
    queues.rpush(LETTERS, b"\xff")
    add_ours(queues)

    assert worked(awarded_app, queues) == 1
    assert performed == []


def a_key_of_another_type(name: str) -> Callable[[Redis], object]:
    """Replace a key of RQ by a text."""
    return lambda queues: queues.set(name, "x")


RECORDS: dict[str, Callable[[Redis], object]] = {
    "an id that was taken and is no text": lambda queues: queues.rpush(TAKEN, b"\xff"),
    "a job that runs and has no text for an id": lambda queues: queues.zadd("rq:wip:letters", {b"\xff": 1}),
    "a job that is ready and is not ours": lambda queues: (
        queues.hset(KEY, mapping={"data": "x"}),
        queues.zadd("rq:ready:letters", {"forged": 1}),
    ),
    "a group that is no text": lambda queues: queues.sadd("rq:groups", b"\xff"),
    "a limit that is no text": lambda queues: queues.sadd("rq:rl-keys", b"\xff"),
    **{
        f"{name} of another type": a_key_of_another_type(name)
        for name in (TAKEN, "rq:wip:letters", "rq:failed:letters", "rq:groups", "rq:workers", "rq:workers:letters")
    },
}


@pytest.mark.parametrize("forge", RECORDS.values(), ids=RECORDS)
def test_a_record_that_cannot_be_read_is_dropped(
    awarded_app: Flask, queues: Redis, performed: list[str], forge: Callable[[Redis], object]
) -> None:
    forge(queues)
    ours = add_ours(queues)

    assert worked(awarded_app, queues) == 0
    assert performed == [ours]


@pytest.mark.parametrize("name", ["an id that was taken and is no text", "a job that is ready and is not ours"])
def test_with_the_maintenance_of_rq_it_would_end_every_worker(
    awarded_app: Flask, queues: Redis, performed: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Counter-test."""
    monkeypatch.delattr(worker.GrantsWorker, "run_maintenance_tasks")
    RECORDS[name](queues)
    add_ours(queues)

    assert worked(awarded_app, queues) == 1
    assert performed == []


def test_with_workers_of_another_type_no_worker_would_start(
    awarded_app: Flask, queues: Redis, performed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.setattr(worker, "mend", lambda _: None)
    queues.set("rq:workers", "x")

    with pytest.raises(ResponseError):
        worked(awarded_app, queues, WORK)
    assert performed == []


def test_what_was_taken_and_is_unreadable_is_removed_by_the_maintenance(
    awarded_app: Flask, queues: Redis, performed: list[str]
) -> None:
    queues.hset(KEY, mapping=OURS | {"created_at": "garbage"})
    queues.rpush(TAKEN, "forged")

    assert worked(awarded_app, queues) == 0
    assert queues.lrange(TAKEN, 0, -1) == []
    assert queues.exists(KEY) == 0


def test_a_worker_is_not_suspended_through_the_queue(awarded_app: Flask, queues: Redis, performed: list[str]) -> None:
    queues.set(WORKERS_SUSPENDED, 1)

    assert worked(awarded_app, queues, WORK) == 0
    assert len(performed) == 1


def test_the_standard_rq_worker_would_be(
    awarded_app: Flask, queues: Redis, performed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""
    monkeypatch.delattr(worker.GrantsWorker, "check_for_suspension")
    queues.set(WORKERS_SUSPENDED, 1)

    assert worked(awarded_app, queues, WORK) == 1
    assert performed == []
