"""People work while the verification reads: nothing that they save is accused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grants.db import db, transaction
from grants.jobs.sealing import evidence
from grants.models import Event
from grants.services.integrity import adoption
from grants.services.integrity.sealing import seals
from grants.services.integrity.verifying import books, comparison, snapshot, verification
from tests import world
from tests.history.conftest import Forge
from tests.history.proof import anchored, found, seal_all, sealed
from tests.history.test_verify_command import PRINTED
from tests.money.racing import ROUNDS
from workflows.engine.message import Message
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

NOTED = {"noted": True}
"""The statement needs no event."""


def work(app: Flask) -> None:
    """Submit an application, check it, withdraw it and seal."""
    with app.app_context():
        made = world.found()
        row = world.submitted(made, chapter="bo")
        world.check(made, row)
        world.apply(made, row, "withdraw", "bo1", Role.APPLICANT, reason="We found other money.")
        db.session.remove()
    sealed(app)


def elsewhere(command: Callable[[], object]) -> None:
    """Run a command in a thread, and therefore in a session, of its own."""
    thread = threading.Thread(target=command)
    thread.start()
    thread.join(20)


@contextmanager
def working(app: Flask) -> Iterator[list[int]]:
    """People work until the end of the block. Yields a list that grows with each application."""
    end = threading.Event()
    done: list[int] = []

    def run() -> None:
        while not end.is_set():
            work(app)
            done.append(len(done))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield done
    finally:
        end.set()
        thread.join(60)


def test_nothing_is_found_while_people_work(app: Flask, tmp_path: Path) -> None:
    anchored(app, tmp_path / "audit")
    seal_all(app)

    with working(app) as done:
        findings = [finding for _ in range(ROUNDS) for finding in found(app)]

    assert findings == []
    assert len(done) > 1


def interrupt(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    """Let somebody save a row after the events have been read, and before the rows are."""

    def late(_: list[int]) -> Iterator[Message]:
        elsewhere(lambda: work(app))
        yield from ()

    monkeypatch.setattr(comparison, "_outdated", late)


def test_what_is_saved_between_two_statements_is_not_accused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, app)

    assert found(app) == []


def test_without_the_snapshot_it_is_accused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: each statement sees what was committed before it."""
    monkeypatch.setattr(snapshot, "ISOLATION", "READ COMMITTED")
    interrupt(monkeypatch, app)

    assert "application 2 has no event in the history." in found(app)


def test_without_the_snapshot_somebody_who_works_is_accused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the same without knowing when they save."""
    monkeypatch.setattr(snapshot, "ISOLATION", "READ COMMITTED")
    seal_all(app)

    with working(app):
        accused = any(found(app) for _ in range(60 * ROUNDS))

    assert accused


def test_the_snapshot_writes_nothing(app: Flask) -> None:
    with app.app_context():
        with snapshot.taken(), pytest.raises(DBAPIError, match="read-only transaction"):
            db.session.execute(text("UPDATE counter SET last = last"))
        with transaction():
            db.session.execute(text("UPDATE counter SET last = last"))


def test_a_value_that_cannot_be_read_does_not_end_the_snapshot(
    app: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []

    def count() -> Iterator[Message]:
        counts.append(db.session.query(Event).count())
        yield from ()

    def save() -> Iterator[Message]:
        elsewhere(lambda: work(app))
        yield from ()

    monkeypatch.setattr(verification, "_heads", count)
    monkeypatch.setattr(adoption, "problems", save)
    monkeypatch.setattr(books, "problems", count)
    forge("UPDATE history SET at = 'infinity' WHERE id = (SELECT max(id) FROM history)")

    assert any("stopped at a value that cannot be read" in finding for finding in found(app))
    assert len(counts) == 2
    assert len(set(counts)) == 1


def with_a_late_seal(app: Flask, tmp_path: Path, *, before: bool) -> list[str]:
    """The findings on checkpoints where one is created after the snapshot. before: anchors were listed before it."""
    anchored(app, tmp_path / "audit")
    seal_all(app)
    settings = app.extensions["settings"]
    with app.app_context():
        held = evidence(settings)
        with snapshot.taken():
            db.session.query(Event).count()
            elsewhere(lambda: work(app))
            return [str(finding) for finding in seals.problems(held if before else evidence(settings))]


def test_an_anchor_that_is_newer_than_the_snapshot_reveals_no_loss(app: Flask, tmp_path: Path) -> None:
    assert with_a_late_seal(app, tmp_path, before=True) == []


def test_with_the_anchors_of_later_a_checkpoint_would_seem_lost(app: Flask, tmp_path: Path) -> None:
    """Counter-test: the anchor of the checkpoint that the snapshot does not show."""
    [finding] = with_a_late_seal(app, tmp_path, before=False)

    assert finding.startswith("Checkpoints 2 to 2 of epoch 1 are missing, but their anchors exist.")


def test_an_event_is_as_old_as_it_was_when_the_snapshot_was_taken(app: Flask) -> None:
    with app.app_context(), snapshot.taken():
        before = snapshot.instant()
        db.session.execute(text("SELECT pg_sleep(0.2)"))

        assert abs((snapshot.instant() - before).total_seconds()) < 0.1


def test_after_a_lost_connection_the_other_checks_go_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose() -> Iterator[Message]:
        db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        yield from ()

    monkeypatch.setattr(verification, "_heads", lose)
    with app.app_context(), transaction():
        db.session.execute(text("UPDATE application SET title = 'Another' WHERE id = 1"), execution_options=NOTED)

    assert [finding[:60] for finding in found(app)] == [
        "The check of ends of chains stopped at a value that cannot be"[:60],
        "application 1 differs from its history.",
    ]


def test_files_are_read_after_the_transaction(app: Flask, forge: Forge) -> None:
    """Reading them can take longer than a transaction may be idle."""
    forge(PRINTED)
    open_transactions = []

    def stored(_: str) -> bool:
        open_transactions.append(db.session().get_transaction())
        return True

    with app.app_context():
        findings = list(verification.findings(evidence(app.extensions["settings"]), stored))

    assert open_transactions == [None, None]
    assert [str(finding) for finding in findings if "its file" in str(finding)] == []
