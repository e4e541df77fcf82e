"""Helpers that seal, verify and rewrite history."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.db import bind_app, db, transaction
from grants.jobs.sealing import Sealer, evidence
from grants.models import Checkpoint, Event
from grants.outside.storage import Storage
from grants.services import locking
from grants.services.integrity import history
from grants.services.integrity.history import FIRST, digest
from grants.services.integrity.sealing import seals
from grants.services.integrity.verifying import verification
from tests.reused import Reused
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
    while True:
        sealed(app)
        with app.app_context():
            covered = db.session.query(db.func.coalesce(db.func.sum(Checkpoint.events), 0)).scalar()
            if covered == db.session.query(Event).count():
                return
            db.session.rollback()
        assert time.monotonic() < until, "a transaction elsewhere stayed open"
        time.sleep(0.05)


def sealed(app: Flask) -> Checkpoint | None:
    """What one turn of the sealer creates, with its own role and key."""
    with sealer(app) as working:
        return working.turn()


SEALERS = Reused(lambda settings: bind_app(settings, "tests.sealer"))


@contextmanager
def sealer(app: Flask) -> Iterator[Sealer]:
    """The sealer of the application's settings, in a context with its role."""
    settings: Settings = app.extensions["settings"]
    with SEALERS.on(replace(settings, database_url=settings.seal_database_url)) as own, own.app_context():
        try:
            yield Sealer(settings)
        finally:
            db.session.remove()


def points(app: Flask) -> list[Checkpoint]:
    """All checkpoints, oldest first."""
    with app.app_context():
        return db.session.query(Checkpoint).order_by(Checkpoint.id).all()


def anchored(app: Flask, folder: Path) -> Path:
    """Let the application keep its anchors in this folder, and return the place of their files."""
    app.extensions["settings"] = replace(app.extensions["settings"], anchors_url=f"file://{folder}")
    return folder / "anchors"


def found(app: Flask) -> list[str]:
    """The findings of the verification."""
    settings: Settings = app.extensions["settings"]
    storage = Storage(settings.files)
    with app.app_context():
        return [str(message) for message in verification.findings(evidence(settings), storage.is_whole)]


def noted(app: Flask) -> list[str]:
    """The notes on the checkpoints."""
    with app.app_context():
        return [str(message) for message in seals.notes(evidence(app.extensions["settings"]))]


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
