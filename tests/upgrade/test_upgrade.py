"""A database of release 0.1.0 works in this release: migrations, verification, pages, documents and mails."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import config
import reports
from config import LANGUAGES, ROOT
from grants.cli.init import prepare
from grants.db import db
from grants.language import of_mail
from grants.models import Document, DocumentSnapshot, Event, Outbox, Person
from grants.outside.signing import signer
from reports.snapshots import parse
from tests.browser import Careful, anonymous, signed_in
from tests.history.proof import add_event, found, noted, points, sealed
from tests.history.test_checkpoints import UNSEEN
from tests.upgrade.conftest import Forge
from workflows.engine.message import Message
from workflows.engine.reworded import REWORDED

pytestmark = pytest.mark.sweep

PAGES = {
    "nia": (
        "/inbox",
        "/applications",
        "/applications/1",
        "/applications/1/proposal",
        "/applications/1/budget",
        "/applications/1/documents",
        "/applications/1/history",
        "/applications/2/history",
        "/applications/3/history",
        "/awards",
        "/awards/1",
        "/reports/1",
        "/reports/2",
        "/office/calls/1",
        "/calls/1",
    ),
    "rosa": ("/inbox", "/batches/1", "/batches/2", "/funds", "/funds/1"),
    "ines": ("/reviews", "/reviews/1"),
    "hanta": (
        "/",
        "/inbox",
        "/applications/1",
        "/awards/1",
        "/reports/1",
        "/reports/2",
        "/documents/5",
        "/documents/7",
    ),
}
"""The pages of the old grant and its surroundings, by the person who opens them."""
HISTORIES = (
    ("nia", "/applications/1/history"),
    ("nia", "/applications/2/history"),
    ("nia", "/applications/3/history"),
    ("nia", "/office/calls/1"),
    ("rosa", "/batches/1"),
    ("rosa", "/funds/1"),
    ("hanta", "/applications/1"),
)


def browser(app: Flask, name: str) -> Careful:
    """A signed-in browser of a person of the story."""
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.email == f"{name}@example.org")).one()
    return signed_in(app, person)


def entries(page: str) -> list[str]:
    """The titles of the history on a page, newest first."""
    (history,) = re.findall(r'<ol class="history">(.*?)</ol>', page, re.DOTALL)
    return re.findall(r"<p><strong>(.*?)</strong>", history)


def test_verify_finds_no_difference_in_the_old_data(app: Flask) -> None:
    command = [sys.executable, "-m", "grants.cli", "verify"]
    environment = config.exported(app.extensions["settings"])

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    overwritten = "Note: Submission 1 of application 1: an earlier release did not preserve its content.\n"
    none = "No differences found in schema, history, checkpoints, steps, submissions, ledger or documents.\n"
    assert (done.returncode, done.stdout) == (0, f"{overwritten}Note: {UNSEEN}\n{none}"), done.stderr


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            "UPDATE report_spending SET spent = spent + 1 WHERE report_id = 2 AND award_line_id = 1",
            "report_spending 8 differs from its history.",
        ),
        ("UPDATE award SET conditions = 'None.'", "award 1 differs from its history."),
        ("UPDATE checkpoint SET events = events + 1", "Checkpoint 1: its seal is invalid."),
        ("DELETE FROM history WHERE id = 1", "History of organisation 1: entry 1 is missing."),
    ],
)
def test_verify_finds_a_row_that_was_changed_in_the_old_data(
    app: Flask, forge: Forge, change: str, finding: str
) -> None:
    forge(change)

    assert finding in " ".join(found(app))


@pytest.fixture
def continued(app: Flask) -> Flask:
    """The application after the sealer has continued from the old checkpoint."""
    add_event(app)
    row = sealed(app)
    assert row is not None
    assert (row.id, row.version, row.previous) == (2, 2, points(app)[0].digest)
    return app


def without_secrets(app: Flask, folder: Path) -> list[str]:
    """The findings on a host that knows the public key only."""
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(
        settings, instance=folder, files_url=settings.files, seal_public_keys=(signer(settings).public,)
    )
    return found(app)


def test_signed_checkpoints_continue_from_that_of_the_old_release(continued: Flask, tmp_path: Path) -> None:
    assert found(continued) == []
    assert noted(continued) == [UNSEEN]

    assert without_secrets(continued, tmp_path / "other") == []
    assert noted(continued) == [
        UNSEEN,
        "The seal of 1 checkpoint of an earlier release is not verified: its key is not known here.",
    ]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("DELETE FROM checkpoint WHERE id = 1", "Checkpoint 1 is missing."),
        (
            "UPDATE history SET hash = repeat('0', 64) WHERE id = 5",
            "Checkpoint 1: the history that it covers has changed since it was sealed.",
        ),
        (
            "UPDATE checkpoint SET digest = repeat('0', 64) WHERE id = 1",
            "Checkpoint 2 does not continue from the one before.",
        ),
        ("UPDATE checkpoint SET seal = repeat('0', 64) WHERE id = 1", "Checkpoint 1: its seal is invalid."),
    ],
)
def test_what_an_old_checkpoint_covers_is_still_verified(
    continued: Flask, forge: Forge, change: str, finding: str
) -> None:
    forge(change)

    assert finding in found(continued)


def test_without_its_key_an_old_checkpoint_is_verified_through_the_next(
    continued: Flask, forge: Forge, tmp_path: Path
) -> None:
    forge("UPDATE checkpoint SET digest = repeat('0', 64) WHERE id = 1")

    assert "Checkpoint 2 does not continue from the one before." in without_secrets(continued, tmp_path / "other")


def test_the_upgrade_records_existing_rows_in_one_event_for_each_chain(app: Flask) -> None:
    with app.app_context():
        chains = db.session.execute(
            select(Event.subject, Event.subject_id).where(Event.key == "adopt").order_by(Event.id)
        ).all()

    assert len(chains) == len(set(chains)) > 0


def test_a_second_upgrade_records_nothing(app: Flask) -> None:
    settings = app.extensions["settings"]
    with app.app_context():
        before = db.session.query(Event).count()

    prepare(settings, settings)

    with app.app_context():
        assert db.session.query(Event).count() == before


def test_a_row_that_is_forged_after_the_upgrade_is_not_adopted(app: Flask, forge: Forge) -> None:
    forge("INSERT INTO person (id, email, name) VALUES (900, 'mallory@example.org', 'Mallory')")
    settings = app.extensions["settings"]

    prepare(settings, settings)

    assert found(app) == ["person 900 has no event in the history."]


def test_without_the_event_that_it_was_done_it_would_be_adopted(app: Flask, forge: Forge) -> None:
    """Counter-test: nothing says which tables were recorded."""
    forge("INSERT INTO person (id, email, name) VALUES (900, 'mallory@example.org', 'Mallory')")
    forge("DELETE FROM history WHERE subject = 'system'; DELETE FROM history_head WHERE subject = 'system'")
    settings = app.extensions["settings"]

    prepare(settings, settings)

    assert [finding for finding in found(app) if "Checkpoint" not in finding] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_of_the_old_grant_are_shown(app: Flask, name: str) -> None:
    client = browser(app, name)

    shown = {path: client.get(path).status_code for path in PAGES[name]}

    assert shown == dict.fromkeys(PAGES[name], 200)


def test_an_old_letter_is_verified_by_the_public(app: Flask) -> None:
    page = anonymous(app).get("/v/L-2025-0001")

    assert page.status_code == 200
    assert "This number is valid" in page.page.text
    assert [word for word in ("USD", "SHA-256", "2025\n") if word in page.page.text] == []


@pytest.mark.parametrize(("name", "path"), HISTORIES)
def test_an_old_history_has_no_text_that_was_reworded(app: Flask, name: str, path: str) -> None:
    shown = entries(browser(app, name).get(path).get_data(as_text=True))

    assert shown != []
    assert set(shown) & set(REWORDED) == set()


def test_an_old_history_is_shown_in_todays_wording(app: Flask) -> None:
    assert entries(browser(app, "nia").get("/office/calls/1").get_data(as_text=True)) == [
        "Created before the history began",
        "Opened",
        "Envelope increased by USD\N{NO-BREAK SPACE}60,000.00",
        "Set up",
    ]
    assert entries(browser(app, "rosa").get("/batches/1").get_data(as_text=True)) == [
        "Created before the history began",
        "Paid",
        "Released",
        "Approved",
        "Batch prepared with 1 payment",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_mail_that_was_not_sent_yet_can_be_sent(app: Flask, language: str) -> None:
    with app.app_context():
        mails: Sequence[Any] = db.session.scalars(
            select(Outbox.args).where(Outbox.kind == "mail").order_by(Outbox.id)
        ).all()

    texts = [
        of_mail(language).translate(Message.from_json(mail[part])) for mail in mails for part in ("subject", "text")
    ]

    assert len(texts) == 70
    assert [text for text in texts if not text.strip() or "%(" in text] == []


def test_every_old_snapshot_is_read_unchanged(app: Flask) -> None:
    with app.app_context():
        stored = db.session.scalars(select(DocumentSnapshot.data).order_by(DocumentSnapshot.document_id)).all()

    assert [parse(data).model_dump(mode="json") for data in stored] == stored


def test_the_impact_report_of_the_old_grant_is_printed_again(app: Flask) -> None:
    with app.app_context():
        document = db.session.scalars(select(Document).where(Document.kind == "impact_report")).one()
        assert document.snapshot
        assert document.file
        snapshot, pages = parse(document.snapshot.data), document.file.pages

    rendered = reports.render(snapshot)

    assert rendered.pdf.startswith(b"%PDF-")
    assert rendered.pages == pages
