"""Checkpoints cover committed events, each event once, and each continues from the previous one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy import text

from grants.db import db, transaction
from grants.jobs import sealing
from grants.models import Event
from grants.outside.servers.postgres import plain
from grants.services import locking
from grants.services.integrity import history
from grants.services.integrity.sealing import checkpoints
from grants.services.integrity.sealing.checkpoints import Statement
from tests.history.conftest import Forge
from tests.history.proof import add_event, found, points, seal_all, sealed
from tests.world import SYSTEM
from workflows.engine.message import Message

pytestmark = pytest.mark.sweep

CHANGED = "Checkpoint {}: the history that it covers has changed since it was sealed."


def test_no_checkpoint_is_created_without_new_events(app: Flask) -> None:
    seal_all(app)
    before = len(points(app))

    assert sealed(app) is None

    assert len(points(app)) == before


def test_the_first_checkpoint_needs_no_event(app: Flask, forge: Forge) -> None:
    forge("DELETE FROM history_words; DELETE FROM history; DELETE FROM history_head")

    first = sealed(app)

    assert first is not None
    assert (first.id, first.up_to, first.events, first.previous) == (1, 0, 0, history.FIRST)


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

    assert (after.id, after.previous) == (before.id + 1, before.digest)
    assert after.digest == Statement.of(after).digest_of(event.hash for event in reversed(newest))


def test_an_event_that_commits_late_is_a_gap_until_it_is_visible(app: Flask) -> None:
    with slow_event(app) as (slow, quick):
        first = sealed(app)
        assert first is not None
        assert first.up_to == quick
        assert [slow, slow] in first.gaps
        assert found(app) == []

    second = sealed(app)

    assert second is not None
    assert (second.events, second.up_to) == (1, quick)
    assert [slow, slow] not in second.gaps
    assert found(app) == []


def test_without_the_gap_a_late_event_would_look_like_a_forgery(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_gaps", lambda *_: [])
    with slow_event(app):
        first = sealed(app)
        assert first is not None

    assert CHANGED.format(first.id) in found(app)


def test_the_id_of_a_failed_transaction_is_a_gap_for_thirty_checkpoints(app: Flask) -> None:
    seal_all(app)
    failed = lost_event(app)
    gaps = []
    for _ in range(checkpoints.GAP_CHECKPOINTS + 1):
        add_event(app)
        point = sealed(app)
        assert point is not None
        gaps.append([failed, failed] in point.gaps)

    assert gaps == [True] * checkpoints.GAP_CHECKPOINTS + [False]
    assert found(app) == []


def test_a_transaction_that_waits_is_ended_long_before_its_gap_is_dropped(app: Flask) -> None:
    with app.app_context():
        limit = db.session.scalar(
            text("SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)")
        )
        db.session.rollback()

    assert 0 < limit < sealing.EVERY * checkpoints.GAP_CHECKPOINTS / 2


def test_a_transaction_that_lasts_longer_would_look_like_a_forgery(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: its event commits after its gap was dropped."""
    monkeypatch.setattr(checkpoints, "GAP_CHECKPOINTS", 2)
    with slow_event(app):
        for _ in range(3):
            add_event(app, 2)
            last = sealed(app)
    assert last is not None

    assert found(app) == [CHANGED.format(last.id)]


def test_an_event_forged_into_a_gap_that_was_dropped_is_found(app: Flask, forge: Forge) -> None:
    seal_all(app)
    failed = lost_event(app)
    for _ in range(checkpoints.GAP_CHECKPOINTS + 1):
        add_event(app)
        sealed(app)
    last = points(app)[-1].id

    forge(
        "CREATE TEMP TABLE forged AS SELECT * FROM history ORDER BY id LIMIT 1;"
        f" UPDATE forged SET id = {failed}, subject = 'probe', number = 1; INSERT INTO history SELECT * FROM forged"
    )

    assert CHANGED.format(last) in found(app)


def test_the_application_creates_no_checkpoint(app: Flask) -> None:
    seal_all(app)
    copy = "INSERT INTO checkpoint SELECT (jsonb_populate_record(c, '{\"id\": 9}')).* FROM checkpoint c"

    url = plain(app.extensions["settings"].database_url)
    with psycopg.connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(copy.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT said FROM history",
        "SELECT words FROM history_words",
        "SELECT email FROM person",
        "INSERT INTO outbox (kind, queue, args) VALUES ('mail', 'default', '{}')",
        "UPDATE checkpoint SET events = 0",
        "DELETE FROM checkpoint",
    ],
)
def test_the_sealer_neither_reads_content_nor_changes_anything(app: Flask, statement: str) -> None:
    url = app.extensions["settings"].seal_database_url

    with psycopg.connect(plain(url)) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def lost_event(app: Flask) -> int:
    """The id of an event whose transaction was rolled back."""
    with app.app_context():
        locking.hold(locking.Chain("person", 1))
        event = history.record(
            history.About("person", 1, "person", 1), actor=SYSTEM, key="test", message=Message("Lost")
        )
        db.session.flush()
        id = event.id
        db.session.rollback()
    return id


@contextmanager
def slow_event(app: Flask) -> Iterator[tuple[int, int]]:
    """Keep an event uncommitted for the length of the block; yields its id and that of a later, committed event."""
    recorded, end = threading.Event(), threading.Event()
    ids = []

    def hold() -> None:
        with app.app_context(), transaction():
            locking.hold(locking.Chain("person", 1))
            slow = history.record(
                history.About("person", 1, "person", 1), actor=SYSTEM, key="test", message=Message("Slow")
            )
            db.session.flush()
            ids.append(slow.id)
            recorded.set()
            end.wait(20)

    slow = threading.Thread(target=hold)
    slow.start()
    assert recorded.wait(20)
    with app.app_context(), transaction():
        locking.hold(locking.Chain("person", 2))
        quick = history.record(
            history.About("person", 2, "person", 2), actor=SYSTEM, key="test", message=Message("Quick")
        )
    try:
        yield ids[0], quick.id
    finally:
        end.set()
        slow.join()
