"""Helpers that seal, verify and rewrite history."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select

from grants.db import db, transaction
from grants.models import Checkpoint, Event
from grants.outside import keys
from grants.outside.storage import Storage
from grants.services import locking
from grants.services.integrity import checkpoints, history, verification
from grants.services.integrity.history import FIRST, digest
from tests.world import SYSTEM
from workflows.engine.message import Message


def name_of(app: Flask) -> str:
    """The name of the application's database."""
    return urlsplit(app.extensions["settings"].database_url).path[1:]


def seal_all(app: Flask) -> None:
    """Seal until every event is covered.

    Transactions of other tests on the same server may delay the newest events.
    """
    until = time.monotonic() + 20
    with app.app_context():
        while True:
            with transaction():
                checkpoints.seal(key(app))
            covered = db.session.query(db.func.coalesce(db.func.sum(Checkpoint.events), 0)).scalar()
            if covered == db.session.query(Event).count():
                return
            assert time.monotonic() < until, "a transaction elsewhere stayed open"
            db.session.remove()
            time.sleep(0.05)


def seal_up_to(app: Flask, event: int) -> None:
    """Seal until that event is covered."""
    until = time.monotonic() + 20
    while True:
        with app.app_context():
            with transaction():
                checkpoints.seal(key(app))
            if (db.session.scalar(select(func.max(Checkpoint.up_to))) or 0) >= event:
                return
        assert time.monotonic() < until, "a transaction elsewhere stayed open"
        time.sleep(0.05)


def key(app: Flask) -> str:
    """The signing key of the seals, which is not in the database."""
    return keys.kept(app.extensions["settings"].instance, "history_seal")


def found(app: Flask) -> list[str]:
    """The findings of the verification."""
    storage = Storage(app.extensions["settings"].files)
    with app.app_context():
        return [str(message) for message in verification.findings(key(app), storage.exists)]


def add_event(app: Flask, person: int = 1) -> None:
    """Add an event to a person."""
    with app.app_context(), transaction():
        locking.hold(locking.Chain("person", person))
        history.record(
            history.About("person", person, "person", person),
            actor=SYSTEM,
            key="test",
            message=Message("Something happened"),
        )


def rebuilt(app: Flask, subject: str, subject_id: int) -> str:
    """SQL that recomputes all hashes of a subject's chain, as a clever forger would."""
    statements, previous = [], FIRST
    with app.app_context():
        chain = select(Event).filter_by(subject=subject, subject_id=subject_id).order_by(Event.number)
        for event in db.session.scalars(chain):
            event.previous = previous
            event.hash = previous = digest(event)
            statements.append(
                f"UPDATE history SET previous = '{event.previous}', hash = '{event.hash}' WHERE id = {event.id}"
            )
        statements.append(
            f"UPDATE history_head SET hash = '{previous}', number = {event.number} "
            f"WHERE subject = '{subject}' AND subject_id = {subject_id}"
        )
        db.session.rollback()
    return "; ".join(statements)
