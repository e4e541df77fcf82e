"""The inspection of an uploaded file as a job: its outcome is recorded once, and nothing is left in quarantine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from grants.db import db, transaction
from grants.jobs import clock, inspecting, processing
from grants.jobs.sealing import evidence
from grants.models import Attachment, AttachmentCheck, Event, Outbox
from grants.outside import clamd
from grants.outside.clamd import Answer, Scan
from grants.outside.inspection import inspector
from grants.outside.inspection.verdict import Accepted
from grants.outside.quarantine import Quarantine
from grants.outside.storage import Storage
from grants.services import outbox
from grants.services.integrity.verifying import verification
from tests.attachments import pdfs, uploads
from tests.browser import browser
from tests.databases import advance
from tests.world import found
from workflows.attachments import PDF

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]
HOSTILE = b"<html><script>alert(1)</script></html>" + pdfs.honest()


@pytest.fixture
def row(app: Flask) -> int:
    """The outbox row of an upload that is an honest PDF."""
    with app.app_context():
        uploads.document(found())
        return waiting()


def waiting() -> int:
    """The outbox row of the newest upload."""
    wanted = db.session.query(Outbox).filter_by(kind="inspection").order_by(Outbox.id.desc())
    return wanted.limit(1).one().id


def quarantined(settings: Settings) -> list[str]:
    """What lies in quarantine."""
    folder = Path(settings.files.removeprefix("file://")) / "quarantine"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def aged(settings: Settings, name: str, age: timedelta) -> None:
    """Make a file in quarantine so old."""
    path, then = Path(settings.files.removeprefix("file://")) / "quarantine" / name, time.time() - age.total_seconds()
    path.touch()
    os.utime(path, (then, then))


def problems(settings: Settings) -> list[str]:
    """The findings of `grants verify`."""
    return [str(one) for one in verification.findings(evidence(settings), Storage(settings.files).is_whole)]


def test_an_honest_file_is_stored_with_its_preview_and_leaves_quarantine(
    app: Flask, settings: Settings, row: int
) -> None:
    with app.app_context():
        assert len(quarantined(settings)) == 1

        assert processing.work_one(row)

        attachment = db.session.query(Attachment).one()
        check = attachment.check
        assert check is not None
        assert (check.verdict, check.name, check.media_type, check.pages) == (
            "accepted", "certificate.pdf", "application/pdf", 1)  # fmt: skip
        assert check.sha256
        assert len(Storage(settings.files).get(check.sha256)) == check.size
        assert [one.number for one in attachment.previews] == [1]
        event = db.session.query(Event).order_by(Event.id.desc()).limit(1).one()
        assert (event.subject, event.key, event.about) == ("organisation", "accept", "attachment")
        assert (quarantined(settings), list((settings.instance / "inspections").iterdir())) == ([], [])
        assert problems(settings) == []


def test_a_hostile_file_is_refused_with_its_sentence_and_deleted(app: Flask, settings: Settings) -> None:
    with app.app_context():
        uploads.document(found(), HOSTILE)

        assert processing.work_one(waiting())

        check = db.session.query(AttachmentCheck).one()
        assert check.verdict == "refused"
        assert check.reason
        assert check.reason["text"].startswith("The content of this file is not %(format)s")
        assert quarantined(settings) == []
        stored = [path for path in Path(settings.files.removeprefix("file://")).rglob("*") if path.is_file()]
        assert stored == []
        assert problems(settings) == []


def test_without_the_inspection_it_would_be_stored_as_it_came(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test."""

    def accept(path: Path, name: str, **_: object) -> Accepted:
        return Accepted(PDF, PDF.formats[0], name, path, "", path.stat().st_size, None, (), ())

    monkeypatch.setattr(inspector, "inspect", accept)
    with app.app_context():
        uploads.document(found(), HOSTILE)

        assert processing.work_one(waiting())

        sha256 = db.session.query(AttachmentCheck.sha256).scalar()
        assert sha256
        assert Storage(settings.files).get(sha256) == HOSTILE


def test_a_second_worker_records_nothing(app: Flask, settings: Settings, row: int) -> None:
    with app.app_context():
        first = outbox.claim(row)
        assert first is not None
    advance(settings, 91)
    with app.app_context():
        assert processing.work_one(row)

        with pytest.raises(FileNotFoundError):
            inspecting._inspected(inspecting._upload(first.args), settings.instance)  # noqa: SLF001 - only the file is gone
        with pytest.raises(outbox.Fenced):
            inspecting.inspect(first)

        assert db.session.query(AttachmentCheck).count() == 1


def test_a_worker_overtaken_while_it_reads_is_fenced(
    app: Flask, settings: Settings, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = inspecting._inspected  # noqa: SLF001 - the other worker comes in the middle

    def overtaken(*args: object) -> object:
        outcome = read(*args)  # type: ignore[arg-type]
        monkeypatch.setattr(inspecting, "_inspected", read)
        advance(settings, 91)
        assert processing.work_one(row)
        return outcome

    monkeypatch.setattr(inspecting, "_inspected", overtaken)
    with app.app_context():
        assert not processing.work_one(row)
        assert db.session.query(AttachmentCheck).count() == 1
        assert problems(settings) == []


@pytest.fixture
def scanned(app: Flask, settings: Settings) -> Iterator[Flask]:
    """The application with a virus scanner that nobody has started."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, clamd_address=f"unix://{settings.instance}/no.socket")
    yield app
    app.extensions["settings"] = before


def test_a_scanner_that_is_down_lets_the_file_wait(scanned: Flask, settings: Settings, row: int) -> None:
    with scanned.app_context():
        for _ in range(outbox.TRIES + 1):
            assert not processing.work_one(row)
            db.session.remove()
            advance(settings, 3_601)

        waits = db.session.get_one(Outbox, row)
        assert waits.problem.startswith("Waiting: The virus scanner did not answer (FileNotFoundError")
        assert waits.dead_at is None
        assert db.session.query(AttachmentCheck).count() == 0
        assert len(quarantined(settings)) == 1


def test_a_file_with_a_virus_is_refused(
    scanned: Flask, settings: Settings, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clamd, "scan", lambda *_, **__: Scan(Answer.FOUND, "Eicar"))

    with scanned.app_context():
        assert processing.work_one(row)

        check = db.session.query(AttachmentCheck).one()
        assert check.reason
        assert (check.verdict, check.reason["values"]) == ("refused", {"virus": "Eicar"})
        assert quarantined(settings) == []


def test_the_clock_deletes_what_was_left_in_quarantine(app: Flask, settings: Settings, row: int) -> None:
    day, checked = timedelta(days=1, minutes=1), timedelta(minutes=11)
    with app.app_context():
        quarantine, key = Quarantine(settings.files), db.session.query(Attachment.quarantine_key).scalar()
        orphan, fresh = (quarantine.receive([b"x"]).key for _ in range(2))
        for name, age in ((orphan, day), (fresh, checked), ("unfinished-old", day), ("unfinished-new", checked)):
            aged(settings, name, age)
        aged(settings, str(key), day)

        clock.tick()
        assert quarantined(settings) == sorted([str(key), fresh, "unfinished-new"])

        assert processing.work_one(row)
        quarantine.receive([b"x"])
        aged(settings, str(key), checked)  # as if the worker had been killed before it deleted the upload
        clock.tick()
        assert str(key) not in quarantined(settings)


def test_an_upload_that_waits_for_long_is_never_deleted(app: Flask, settings: Settings, row: int) -> None:
    with app.app_context():
        [key] = quarantined(settings)
        aged(settings, key, timedelta(days=90))

        clock.tick()

        assert quarantined(settings) == [key]
        assert processing.work_one(row)


def test_what_a_killed_worker_left_on_its_machine_is_deleted(app: Flask, settings: Settings) -> None:
    with app.app_context():
        left = settings.instance / "inspections" / "left"
        (left / "work").mkdir(parents=True)
        (left / "upload").write_bytes(HOSTILE)
        old = time.time() - 700
        os.utime(left, (old, old))

        clock.tick()

        assert not left.exists()


def test_verify_finds_a_missing_copy_preview_and_inspection(app: Flask, settings: Settings, row: int) -> None:
    with app.app_context():
        uploads.document(found(), pdfs.honest(2))
        with transaction() as session:
            session.query(Outbox).filter(Outbox.id == waiting()).delete()
        assert processing.work_one(row)
        attachment = db.session.query(Attachment).order_by(Attachment.id).limit(1).one()
        assert attachment.check
        assert attachment.check.sha256
        for sha256 in (attachment.check.sha256, attachment.previews[0].sha256):
            Storage(settings.files).delete(sha256)
        db.session.remove()

        assert problems(settings) == [
            "Attachment 2 has not been checked and is not queued to be checked.",
            "Attachment 1: its file is missing or damaged.",
            "Preview 1 of an attachment: its file is missing or damaged.",
        ]


def test_the_order_of_an_inspection_is_deleted_when_its_retention_has_ended(
    app: Flask, settings: Settings, row: int
) -> None:
    with app.app_context():
        uploads.document(found(), pdfs.honest(2))
        assert processing.work_one(row)
    advance(settings, 91 * 86_400)
    with app.app_context():
        clock.tick()

        assert [one.done_at for one in db.session.query(Outbox).filter_by(kind="inspection")] == [None]


def test_an_administrator_sees_an_inspection_that_was_given_up(app: Flask, row: int) -> None:
    with app.app_context(), transaction():
        outbox.fail(outbox.Claim(row, 0, "inspection", {}), problem="OSError: no disk", lasting=True)

    page = browser(app, "ada").get("/failures")

    assert "Check of an uploaded file" in page.page.text
    assert "OSError: no disk" in page.page.text
    assert browser(app, "olga").get("/failures").page.text.count("no disk") == 0
