"""An outbox row is done once, by the holder of its newest claim, or fails for good with a reason."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, LiteralString

import psycopg
import pytest
from flask import Flask
from sqlalchemy import bindparam, insert, select, text

import reports
from grants.db import ConstraintViolated, autocommit, db, transaction
from grants.jobs import printing, processing
from grants.models import Document, DocumentFile, DocumentSnapshot, Event, Head, Outbox
from grants.outside.servers.postgres import plain
from grants.services import outbox
from reports.snapshots import parse
from tests.databases import advance

pytestmark = pytest.mark.sweep


@pytest.fixture
def letter(awarded_app: Flask) -> int:
    """The outbox row of a letter that is not printed."""
    with awarded_app.app_context():
        return db.session.query(Outbox).filter_by(kind="document").order_by(Outbox.id)[0].id


def claimed(id: int) -> outbox.Claim:
    """Claim the row."""
    held = outbox.claim(id)
    assert held is not None
    return held


def later(app: Flask, seconds: int = 91) -> None:
    """Let time pass until the lease has expired."""
    advance(app.extensions["settings"], seconds)


def as_owner(app: Flask, statement: LiteralString) -> None:
    """Change what the application has no right to change."""
    with psycopg.connect(plain(app.extensions["settings"].owner_database_url)) as owner:
        owner.execute(statement)


def row(id: int) -> Outbox:
    """The current state of the row."""
    db.session.remove()
    return db.session.get_one(Outbox, id)


def test_a_letter_requested_many_times_is_printed_once(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        assert [processing.work([letter]), processing.work([letter])] == [1, 0]

        assert db.session.query(DocumentFile).count() == 1
        assert (row(letter).attempts, row(letter).problem) == (1, "")


def test_a_claimed_row_is_left_alone(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        claimed(letter)

        assert not processing.work_one(letter)


def test_a_row_with_an_expired_lease_can_be_claimed_again(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        claimed(letter)
        later(awarded_app)

        assert processing.work_one(letter)
        assert row(letter).attempts == 2


def test_a_late_worker_is_fenced_off(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        late = claimed(letter)
        later(awarded_app)
        assert processing.work_one(letter)

        with pytest.raises(outbox.Fenced):
            printing.print_document(late)
        assert db.session.query(DocumentFile).count() == 1


def test_a_late_worker_is_fenced_off_before_the_other_finishes(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        late = claimed(letter)
        later(awarded_app)
        held = claimed(letter)

        with pytest.raises(outbox.Fenced):
            printing.print_document(late)
        printing.print_document(held)
        assert db.session.query(DocumentFile).count() == 1


def unfence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a file, whichever worker holds the outbox row."""
    facts: dict[str, Any] = {column.name: bindparam(column.name) for column in printing.FACTS}
    unfenced = insert(printing.FILES).values(**facts, outbox_id=bindparam("row"))
    monkeypatch.setattr(printing, "FILE", unfenced.returning(*printing.RETURNED))


def test_without_the_fence_the_database_refuses_the_second_file(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfence(monkeypatch)
    with awarded_app.app_context():
        late = claimed(letter)
        later(awarded_app)
        printing.print_document(claimed(letter))

        with pytest.raises(ConstraintViolated, match="document_file_pkey"):
            printing.print_document(late)


def test_without_fence_and_keys_a_document_has_two_files(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: without both safeguards, two workers finish the same document."""
    unfence(monkeypatch)
    with psycopg.connect(plain(awarded_app.extensions["settings"].owner_database_url)) as owner:
        owner.execute("ALTER TABLE document_file DROP CONSTRAINT document_file_pkey")
        owner.execute("ALTER TABLE document_file DROP CONSTRAINT document_file_outbox_id_key")
    with awarded_app.app_context():
        late = claimed(letter)
        later(awarded_app)
        held = claimed(letter)

        printing.print_document(held)
        printing.print_document(late)

        files = db.session.execute(text("SELECT document_id FROM document_file")).scalars().all()
    assert list(files) == [held.args["document"]] * 2


def test_a_failed_job_is_retried_after_growing_pauses(awarded_app: Flask, letter: int) -> None:
    pauses = []
    with awarded_app.app_context():
        for _ in range(outbox.TRIES - 1):
            with transaction():
                outbox.fail(claimed(letter), problem="The disk is full.")
            found = row(letter)
            pauses.append(
                round((found.next_at - db.session.execute(text("SELECT grants_now()")).scalar_one()).total_seconds())
            )
            later(awarded_app, pauses[-1])
        assert (found.dead_at, found.problem, found.leased_until) == (None, "The disk is full.", None)

    assert pauses == [4, 8, 16, 32]


def test_there_is_no_retry_after_the_last_attempt(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(held: outbox.Claim) -> None:
        raise ValueError("a value that no attempt can change")

    monkeypatch.setitem(processing.HANDLERS, "document", wrong)
    with awarded_app.app_context():
        for _ in range(outbox.TRIES + 3):
            assert not processing.work_one(letter)
            later(awarded_app, 60)

        found = row(letter)
        assert (found.attempts, found.problem) == (outbox.TRIES, "ValueError: a value that no attempt can change")
        assert found.dead_at is not None


def after_errors(app: Flask, id: int, number: int, patch: pytest.MonkeyPatch) -> Outbox:
    """The row after more attempts than TRIES, each of which ends with this error of the system."""

    def failing(held: outbox.Claim) -> None:
        raise OSError(number, os.strerror(number))

    with patch.context() as patched:
        patched.setitem(processing.HANDLERS, "document", failing)
        for _ in range(outbox.TRIES + 3):
            assert not processing.work_one(id)
            later(app, 3_600)
    return row(id)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_files_that_cannot_be_written_for_a_while_are_waited_for(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with awarded_app.app_context():
        assert after_errors(awarded_app, letter, number, monkeypatch).dead_at is None
        assert processing.work_one(letter)


def test_a_file_that_is_too_large_is_not_waited_for(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with awarded_app.app_context():
        assert after_errors(awarded_app, letter, errno.EFBIG, monkeypatch).attempts == outbox.TRIES


def test_two_documents_of_an_application_that_end_together_are_both_in_its_history(
    awarded_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each statement that ends a document locks the head of the chain, and reads it as the other has left it."""
    together, printed = threading.Barrier(2, timeout=30), reports.render

    def rendered(*args: Any, **options: Any) -> reports.Rendered:
        made = printed(*args, **options)
        together.wait()
        return made

    def work(id: int) -> bool:
        with awarded_app.app_context():
            return processing.work_one(id)

    monkeypatch.setattr(reports, "render", rendered)
    with awarded_app.app_context():
        ids = db.session.scalars(select(Outbox.id).where(Outbox.kind == "document").order_by(Outbox.id)).all()
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(work, ids))

    with awarded_app.app_context():
        whole = select(Event).where(Event.subject == "application").order_by(Event.number)
        events = db.session.scalars(whole).all()
        head = db.session.scalars(select(Head).where(Head.subject == "application")).one()
        assert [event.key for event in events[-2:]] == ["print", "print"]
        assert [event.previous for event in events[1:]] == [event.hash for event in events[:-1]]
        assert (head.number, head.hash) == (len(events), events[-1].hash)
    assert done == [True, True]


@pytest.mark.parametrize(("kind", "waits"), [("document", False), ("mail", True)])
def test_only_the_claim_of_a_document_does_not_wait_for_the_disk(awarded_app: Flask, kind: str, *, waits: bool) -> None:
    with awarded_app.app_context():
        id = db.session.query(Outbox).filter_by(kind=kind).order_by(Outbox.id)[0].id
        db.session.remove()
        with autocommit() as connection:
            connection.execute(text("SET synchronous_commit = on"))
            found = connection.execute(outbox.CLAIM, {"row": id, "lease": outbox.LEASE}).one()
            afterwards = connection.execute(text("SHOW synchronous_commit")).scalar_one()
            connection.execute(text("RESET synchronous_commit"))

    assert (found[-1] == "off", afterwards) == (not waits, "on")


def test_an_unprintable_letter_fails_at_once_with_its_reason(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        as_owner(awarded_app, 'UPDATE document_snapshot SET data = data || \'{"project": "Fibre \U0010fffd"}\'')

        assert not processing.work_one(letter)

        found = row(letter)
        assert found.attempts == 1
        assert found.dead_at is not None
        assert "U+10FFFD" in found.problem
        assert not db.session.query(DocumentFile).count()


def test_a_letter_with_an_erased_snapshot_fails_with_its_reason(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        as_owner(awarded_app, "DELETE FROM document_snapshot")

        assert not processing.work_one(letter)

        assert row(letter).dead_at is not None
        assert "its content has been erased" in row(letter).problem


@pytest.mark.parametrize("args", ["{}", '{"document": "nonsense"}', f'{{"document": {10**30}}}', "[]"])
def test_a_row_that_names_no_document_fails_with_its_reason(awarded_app: Flask, letter: int, args: str) -> None:
    with awarded_app.app_context():
        as_owner(awarded_app, f"UPDATE outbox SET args = '{args}'")

        assert not processing.work_one(letter)

        assert row(letter).dead_at is not None
        assert row(letter).problem.startswith("The document does not exist")


def test_a_snapshot_of_another_schema_fails_with_its_reason(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        as_owner(awarded_app, "UPDATE document_snapshot SET data = data - 'number'")

        for _ in range(outbox.TRIES):
            assert not processing.work_one(letter)
            later(awarded_app, 60)

        assert row(letter).dead_at is not None
        assert row(letter).problem.startswith("ValidationError")


def test_an_overdue_job_releases_its_row_and_reraises(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rung(held: outbox.Claim) -> None:
        raise processing.Overdue

    monkeypatch.setitem(processing.HANDLERS, "document", rung)
    with awarded_app.app_context():
        with pytest.raises(processing.Overdue):
            processing.work([letter])

        assert (row(letter).leased_until, row(letter).problem) == (None, "It took longer than 60 seconds.")


def test_no_library_can_swallow_an_overdue_job() -> None:
    assert not issubclass(processing.Overdue, Exception)
    assert issubclass(reports.Unprintable, Exception)


def test_after_half_its_time_a_job_leaves_the_rest_to_another(
    awarded_app: Flask, letter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "SECONDS", 0)

    with awarded_app.app_context():
        assert processing.work([letter, letter + 1]) == 0
        assert row(letter).attempts == 0


def test_every_kind_of_row_has_an_entry_point() -> None:
    assert set(processing.HANDLERS) == {"document", "inspection", "mail"}


def test_the_same_letter_gives_the_same_file(awarded_app: Flask, letter: int) -> None:
    with awarded_app.app_context():
        processing.work_one(letter)
        first = db.session.query(DocumentFile).one()
        snapshot = db.session.get_one(DocumentSnapshot, first.document_id)

        again = reports.render(parse(snapshot.data))

        assert again.sha256 == first.sha256
        assert db.session.get_one(Document, first.document_id).version == 1
