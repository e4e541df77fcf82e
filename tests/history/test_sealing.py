"""Checkpoints cover committed events, each event once, and each continues from the previous one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text

from grants.db import db, transaction
from grants.models import Checkpoint, Event
from grants.services import locking
from grants.services.integrity import checkpoints, history
from tests.history.conftest import Forge
from tests.history.proof import add_event, found, key, seal_all, seal_up_to
from tests.world import SYSTEM
from workflows.engine.message import Message


def points(app: Flask) -> list[Checkpoint]:
    """All checkpoints, oldest first."""
    with app.app_context():
        return db.session.query(Checkpoint).order_by(Checkpoint.id).all()


def test_no_checkpoint_is_written_without_new_events(app: Flask) -> None:
    seal_all(app)
    before = len(points(app))

    with app.app_context(), transaction():
        assert checkpoints.seal(key(app)) is None

    assert len(points(app)) == before


def test_each_event_is_covered_once(app: Flask) -> None:
    seal_all(app)
    add_event(app)
    add_event(app, 2)
    seal_all(app)

    covered = sum(point.events for point in points(app))

    with app.app_context():
        assert covered == db.session.query(Event).count()
    assert found(app) == []


def test_a_checkpoint_continues_from_the_previous_one(app: Flask) -> None:
    seal_all(app)
    add_event(app)
    seal_all(app)
    before, after = points(app)[-2:]

    with app.app_context():
        newest = db.session.query(Event).order_by(Event.id.desc()).limit(after.events).all()

    assert after.digest == checkpoints.digest_of(before.digest, [event.hash for event in reversed(newest)])


def test_a_slow_transaction_does_not_commit_behind_a_seal(app: Flask) -> None:
    with slow_event(app) as quick:
        seal_up_to(app, quick)

    assert found(app) == []

    seal_all(app)
    assert found(app) == []


def test_with_sealing_by_id_alone_a_slow_transaction_would_look_like_a_forgery(app: Flask, forge: Forge) -> None:
    with slow_event(app) as quick:
        seal_up_to(app, quick)
        point = points(app)[-1]
        point.below += 1_000_000
        seal = checkpoints.seal_of(key(app), point)
        forge(f"UPDATE checkpoint SET below = {point.below}, seal = '{seal}' WHERE id = {point.id}")

    assert f"Checkpoint {point.id}: the history that it covers has changed since it was sealed." in found(app)


@contextmanager
def slow_event(app: Flask) -> Iterator[int]:
    """Keep an event uncommitted for the length of the block; yields the id of a later, committed event."""
    recorded, end = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), transaction():
            locking.hold(locking.Chain("person", 1))
            history.record(history.About("person", 1, "person", 1), actor=SYSTEM, key="test", message=Message("Slow"))
            recorded.set()
            end.wait(20)

    slow = threading.Thread(target=hold)
    with app.app_context(), transaction():
        db.session.execute(text("SELECT pg_current_xact_id()"))
        slow.start()
        assert recorded.wait(20)
        locking.hold(locking.Chain("person", 2))
        quick = history.record(
            history.About("person", 2, "person", 2), actor=SYSTEM, key="test", message=Message("Quick")
        )
    try:
        yield quick.id
    finally:
        end.set()
        slow.join()
