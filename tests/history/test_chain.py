"""Each event includes the hash of the one before, however many processes write at the same time."""

from __future__ import annotations

import hashlib
import threading

import pytest
from flask import Flask

from grants.db import ConstraintViolated, db, transaction
from grants.models import Event, Head
from grants.services import locking
from grants.services.integrity import history
from tests.history.proof import add_event, found
from tests.world import SYSTEM
from workflows.engine.message import Message


def test_an_event_continues_from_the_last_hash(app: Flask) -> None:
    add_event(app)

    with app.app_context():
        before, after = (
            db.session.query(Event).filter_by(subject="person", subject_id=1).order_by(Event.number).all()[-2:]
        )

        assert (after.number, after.previous, after.hash) == (before.number + 1, before.hash, history.digest(after))


def test_the_head_is_the_newest_event(app: Flask) -> None:
    add_event(app)

    with app.app_context():
        head = db.session.get_one(Head, ("person", 1))
        newest = db.session.query(Event).filter_by(subject="person", subject_id=1).order_by(Event.number.desc()).first()

        assert newest is not None
        assert (head.number, head.hash) == (newest.number, newest.hash)


def test_the_chain_contains_texts_only_as_salted_hashes(app: Flask) -> None:
    with app.app_context(), transaction():
        about = history.About("person", 1, "person", 1)
        locking.hold(locking.Chain("person", 1))
        event = history.record(
            about, actor=SYSTEM, key="test", message=Message("Said"), words={"note": "private words"}
        )

    words = event.words[0]

    assert "private words" not in str(event.message)
    assert event.message["words"] == {"note": hashlib.sha256(f"{words.salt}:private words".encode()).hexdigest()}


def test_equal_texts_have_different_hashes() -> None:
    assert history.word_hash("one", "words") != history.word_hash("two", "words")


def test_eight_writers_make_one_chain_without_a_gap(app: Flask) -> None:
    def write() -> None:
        for _ in range(5):
            add_event(app, 4)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with app.app_context():
        numbers = [
            event.number
            for event in db.session.query(Event).filter_by(subject="person", subject_id=4).order_by(Event.number)
        ]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 40
    assert found(app) == []


def test_a_failed_transaction_leaves_no_event(app: Flask) -> None:
    with app.app_context():
        before = db.session.query(Event).count()

        with pytest.raises(ConstraintViolated):
            fail_after_an_event()

        assert db.session.query(Event).count() == before
    assert found(app) == []


def fail_after_an_event() -> None:
    """A transaction whose second half is refused."""
    with transaction():
        locking.hold(locking.Chain("person", 1))
        history.record(history.About("person", 1, "person", 1), actor=SYSTEM, key="test", message=Message("Lost"))
        db.session.execute(db.text("UPDATE person SET email = 'NOT LOWER' WHERE id = 1"))
