"""The relay puts waiting rows into the queues, as JSON, and never more than the limit."""

from __future__ import annotations

import json
import threading
import zlib

import pytest
from flask import Flask
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import text

from grants.db import db, transaction
from grants.jobs import relay
from grants.jobs.job import WORK
from grants.jobs.program import queue
from grants.models import Outbox
from grants.services import outbox
from tests.databases import advance


def ids(connection: Redis, name: str) -> list[int]:
    """The row ids of the jobs in a queue."""
    return [id for job in queue(name, connection).jobs for id in job.args[0]]


def test_each_kind_goes_to_its_queue(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        relay.turn(queues)

        for name in outbox.QUEUES:
            waiting = [row.id for row in db.session.query(Outbox).filter_by(queue=name).order_by(Outbox.id)]
            assert ids(queues, name) == waiting != []


def test_a_row_in_a_queue_is_not_enqueued_again_at_once(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        first, second = relay.turn(queues), relay.turn(queues)

    assert (first > 0, second) == (True, 0)


def test_a_lost_row_is_enqueued_again(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        first = relay.turn(queues)
        queues.flushdb()
        advance(awarded_app.extensions["settings"], 11)

        assert relay.turn(queues) == first


def test_two_relays_share_the_work(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        waiting = db.session.query(Outbox).count()
    counts: list[int] = []
    barrier = threading.Barrier(3)

    def turn() -> None:
        with awarded_app.app_context():
            barrier.wait()
            counts.append(relay.turn(queues))

    relays = [threading.Thread(target=turn) for _ in range(3)]
    for one in relays:
        one.start()
    for one in relays:
        one.join()

    queued = sorted(ids(queues, "letters") + ids(queues, "default"))
    assert sum(counts) == waiting
    assert queued == sorted(set(queued))


def test_a_full_queue_receives_no_more_jobs(awarded_app: Flask, queues: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "PER_JOB", 1)
    monkeypatch.setattr(relay, "FULL", 2)

    with awarded_app.app_context():
        relay.turn(queues)
        advance(awarded_app.extensions["settings"], 11)
        relay.turn(queues)

    assert [queue(name, queues).count for name in outbox.QUEUES] == [2, 2]


def test_a_job_carries_only_ids_as_json(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        relay.turn(queues)

    letters = queue("letters", queues)
    job = letters.jobs[0]
    stored = queues.hget(job.key, "data")

    assert letters.serializer is JSONSerializer
    assert isinstance(stored, bytes)
    assert json.loads(_unpacked(stored)) == [WORK, None, [ids(queues, "letters")], {}]


def _unpacked(stored: bytes) -> bytes:
    """The job's data; RQ stores them compressed."""
    return zlib.decompress(stored) if stored[:1] == b"x" else stored


def test_a_row_whose_workers_all_died_fails_with_its_reason(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        with transaction():
            db.session.execute(
                text("UPDATE outbox SET lost = 4, leased_until = grants_now() - interval '1 s' WHERE id = 1")
            )

        relay.turn(queues)

        dead = db.session.get_one(Outbox, 1)
        assert (dead.dead_at is not None, dead.problem) == (True, "The worker stopped at every attempt.")
        assert 1 not in ids(queues, "letters")


def test_a_row_in_its_last_attempt_is_not_given_up(awarded_app: Flask, queues: Redis) -> None:
    with awarded_app.app_context():
        with transaction():
            db.session.execute(
                text("UPDATE outbox SET lost = 4, leased_until = grants_now() + interval '60 s' WHERE id = 1")
            )

        relay.turn(queues)

        assert db.session.get_one(Outbox, 1).dead_at is None
