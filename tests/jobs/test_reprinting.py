"""A stored file that is missing or damaged is not served, is listed for officers, and comes back when printed again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

import config
import reports
from config import Settings
from grants.cli import main
from grants.db import db
from grants.jobs import processing
from grants.models import DocumentFile, Event, Outbox
from grants.outside import storage
from tests.browser import Answer, browser
from tests.history.proof import found

pytestmark = pytest.mark.sweep

OTHER = b"%PDF-1.7 the letter of somebody else"


@pytest.fixture(scope="session")
def ground(awarded: str) -> str:
    """Every test begins with an award, whose receipt is printed then."""
    return awarded


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, with a receipt that is printed."""
    with app.app_context():
        assert processing.work([db.session.scalars(select(Outbox.id).where(Outbox.kind == "document")).first() or 0])
        db.session.remove()
    return app


def stored(app: Flask) -> tuple[Path, bytes]:
    """Where the receipt is stored, and its bytes."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        sha256 = db.session.scalars(select(DocumentFile.sha256)).one()
    path = settings.instance / "files" / sha256[:2] / sha256
    return path, path.read_bytes()


def opened(app: Flask) -> Answer:
    """What the applicant gets who opens the receipt."""
    with app.app_context():
        id = db.session.scalars(select(DocumentFile.document_id)).one()
    return browser(app, "mg1").get(f"/documents/{id}")


def listed(app: Flask) -> list[str]:
    """The problems of documents that officers see."""
    with app.app_context():
        wanted = select(Outbox.problem).where(Outbox.kind == "document", Outbox.dead_at.is_not(None))
        return list(db.session.scalars(wanted))


def retried(app: Flask) -> bool:
    """Whether the worker does the job that an officer retries from the page of failures."""
    with app.app_context():
        id = db.session.scalars(select(Outbox.id).where(Outbox.dead_at.is_not(None))).one()
    officer = browser(app, "olga")
    assert officer.submit(officer.get("/failures"), f"/failures/{id}/again").status_code == 302
    with app.app_context():
        return processing.work_one(id)


@pytest.mark.parametrize("content", [OTHER, b"", None])
def test_a_damaged_file_is_listed_and_heals_when_it_is_retried(app: Flask, content: bytes | None) -> None:
    path, whole = stored(app)
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    refused = [opened(app), opened(app)]

    assert [(answer.status_code, OTHER in answer.data) for answer in refused] == [(500, False)] * 2
    assert "The document itself remains valid." in refused[0].page.text
    assert listed(app) == ["The stored file is missing or damaged. Select “Retry” to create it again."]
    assert found(app) == ["Document 1: its file is missing or damaged."]

    assert retried(app)

    assert path.read_bytes() == whole
    assert (opened(app).data, listed(app), found(app)) == (whole, [], [])
    with app.app_context():
        assert db.session.scalars(select(Event.key).order_by(Event.id.desc())).first() == "restore"


def test_a_store_that_trusts_what_is_there_would_keep_the_damage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: a file is not written where one of its name exists."""
    path, _ = stored(app)
    path.write_bytes(OTHER)
    opened(app)
    monkeypatch.setattr(storage.Storage, "is_whole", storage.Storage.exists)

    assert retried(app)

    assert path.read_bytes() == OTHER


def test_other_bytes_replace_nothing_and_say_what_has_changed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = stored(app)
    path.write_bytes(OTHER)
    opened(app)
    printed = reports.render

    def elsewhere(*given: Any, **how: Any) -> reports.Rendered:
        here = printed(*given, **how)
        return replace(here, sha256="0" * 64, made_with={**here.made_with, "weasyprint": "71.0"})

    monkeypatch.setattr(reports, "render", elsewhere)

    assert not retried(app)

    assert path.read_bytes() == OTHER
    [problem] = listed(app)
    assert "Changed since it was created: weasyprint. The file was not replaced" in problem


def test_an_operator_prints_every_damaged_file_again(app: Flask) -> None:
    path, whole = stored(app)
    environment = config.exported(app.extensions["settings"])
    assert (
        CliRunner().invoke(main, ["reprint"], env=environment).stdout == "Documents read: 1. Missing or damaged: 0.\n"
    )
    path.write_bytes(OTHER)

    done = CliRunner().invoke(main, ["reprint"], env=environment)

    assert done.stdout == "Q-2026-0001 is queued to be created again.\nDocuments read: 1. Missing or damaged: 1.\n"
    with app.app_context():
        assert processing.work_one(db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first() or 0)
    assert path.read_bytes() == whole
