"""Proposals that were written over in place become submissions and drafts; what was lost is said, and nothing else."""

from __future__ import annotations

import fcntl
import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from grants.cli.init import prepare
from grants.db import db, transaction
from grants.models import (
    Application,
    Assignment,
    Award,
    Check,
    Decision,
    Document,
    DocumentSnapshot,
    ReportSpending,
    Submission,
)
from grants.outside.servers import create_database
from grants.outside.servers.postgres import plain
from grants.queries.applications import drafts
from grants.services.applications import erasure
from grants.services.integrity import fingerprints
from grants.services.integrity.verifying import submissions
from tests import world as w
from tests.browser import signed_in
from tests.databases import settings_for
from tests.history.proof import found
from tests.memory import InMemory
from tests.prepared import opened
from tests.upgrade.conftest import Forge
from workflows.engine.roles import Role

pytestmark = pytest.mark.sweep

DUMP = Path(__file__).parent / "before_submissions.sql.gz"
NAME = "grants_before_submissions"
EDITED, ASKED, AWARDED, INVITED, URGENT, DRAFT, WITHDRAWN, UNTOUCHED = range(1, 9)
"""The applications of the old database, as `README.md` describes them."""


def restored(postgres: InMemory, name: str, forgery: str = "") -> str:
    """The old database under this name, forged and then upgraded as `grants init` does it."""
    with (postgres.instance / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / f"{name}.done"
        if not done.exists():
            create_database(postgres.url("postgres", "postgres"), name)
            postgres.take_in(name)
            with psycopg.connect(plain(postgres.url("postgres", name)), autocommit=True) as superuser:
                superuser.execute(gzip.decompress(DUMP.read_bytes()))
                superuser.execute("SET search_path = public; SET session_replication_role = replica")
                superuser.execute(f"DELETE FROM checkpoint; {forgery}".encode())
            settings = settings_for(postgres, name, postgres.instance)
            prepare(settings, settings)
            done.touch()
    return name


@pytest.fixture(scope="session")
def ground(postgres: InMemory) -> str:
    """Every test begins with the upgraded database. Its checkpoints are left out with the key that sealed them."""
    return restored(postgres, NAME)


def sent(app: Flask) -> dict[int, list[tuple[int, str, bool, bool]]]:
    """Number, stage, whether the content is preserved and whether it is stored, of the submissions of applications."""
    with app.app_context():
        rows = db.session.scalars(select(Submission).order_by(Submission.application_id, Submission.number))
        result: dict[int, list[tuple[int, str, bool, bool]]] = {}
        for row in rows:
            stored = row.written.content is not None
            result.setdefault(row.application_id, []).append((row.number, row.stage, row.preserved, stored))
        return result


def test_every_sending_became_a_submission(app: Flask) -> None:
    assert sent(app) == {
        EDITED: [(1, "proposal", False, True)],
        ASKED: [(1, "proposal", False, False)],
        AWARDED: [(1, "proposal", False, False), (2, "proposal", True, True)],
        INVITED: [(1, "statement", False, False)],
        URGENT: [(1, "alert", False, False), (2, "proposal", True, True)],
        UNTOUCHED: [(1, "proposal", True, True)],
    }


def test_what_was_being_written_is_a_draft_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        written = {id: drafts.content(db.session.get_one(Application, id)) for id in range(1, 9)}

    assert {id: content.title for id, content in written.items() if content.title} == {
        ASKED: "Not sent yet",
        INVITED: "A proposal that is begun",
        DRAFT: "fibre title",
        WITHDRAWN: "fibre title",
    }
    assert written[DRAFT].asked == Decimal(4_000)
    assert written[ASKED].asked == Decimal(3)


def test_verify_finds_nothing_and_notes_what_was_not_preserved(app: Flask) -> None:
    assert found(app) == []
    with app.app_context():
        notes = [str(note) for note in submissions.notes()]
        db.session.remove()
    assert notes == [
        f"Submission 1 of application {id}: an earlier release did not preserve its content."
        for id in (EDITED, ASKED, AWARDED, INVITED, URGENT)
    ]


def test_receipts_fit_the_submissions_that_they_confirm(app: Flask) -> None:
    with app.app_context():
        receipts = db.session.execute(
            select(Document.submission_id, DocumentSnapshot.data)
            .join(DocumentSnapshot)
            .where(Document.kind == "receipt")
            .order_by(Document.id)
        ).all()
        hashes = {row.id: row.sha256 for row in db.session.scalars(select(Submission))}

    assert len(receipts) == len(hashes) == 8
    assert [hashes[id or 0] for id, _ in receipts] == [data["submitted_sha256"] for _, data in receipts]


def test_decisions_and_reports_refer_to_what_was_sent(app: Flask) -> None:
    with app.app_context():
        award = db.session.query(Award).one()
        newest = award.application.submission_id
        assert {one.submission_id for one in db.session.query(Decision)} == {newest}
        assert [(line.what, line.agreed) for line in award.lines] == [
            ("Routers", Decimal(6_300)),
            ("Accounts", Decimal(700)),
        ]
        assert {one.award_line_id for one in db.session.query(ReportSpending)} == {line.id for line in award.lines}
        assert {one.submission_id for one in db.session.query(Check).filter_by(application_id=UNTOUCHED)} == {
            db.session.get_one(Application, UNTOUCHED).submission_id
        }
        assigned = db.session.query(Assignment).filter_by(application_id=AWARDED)
        assert {(one.stage, one.submission_id) for one in assigned} == {("proposal", newest)}


def test_an_old_application_goes_on(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.get_one(Application, ASKED)
        w.apply(made, row, "answer", "bo1", Role.APPLICANT, answer="The school owns it.")

        assert row.submission is not None
        assert (row.submission.number, row.title, row.asked) == (2, "Not sent yet", Decimal(3))
        assert fingerprints.of_stored(row.submission) == row.submission.sha256
        db.session.remove()
    assert found(app) == []


def test_a_budget_that_was_not_stored_is_not_shown_as_added(app: Flask) -> None:
    with app.app_context():
        made, row = w.found(), db.session.get_one(Application, ASKED)
        w.apply(made, row, "answer", "bo1", Role.APPLICANT, answer="The school owns it.")
        olga = signed_in(app, made.people["olga"])

    text = olga.get(f"/applications/{ASKED}/changes").page.text

    assert "We compare only the parts of both submissions that we still hold." in text
    assert [words for words in ("added", "nothing changed", "The proposal did not change") if words in text] == []


def test_content_that_was_not_preserved_can_be_erased(app: Flask) -> None:
    with app.app_context():
        row = db.session.scalars(select(Submission).where(Submission.application_id == EDITED)).one()
        with transaction():
            erasure.erase(row, reason="The person asked for it.", actor=w.found().actor("olga", Role.OFFICER))
        assert row.written.content is None
        db.session.remove()

    assert found(app) == []


def test_the_pages_say_what_is_not_stored(app: Flask) -> None:
    with app.app_context():
        people = w.found().people
        olga, mia = signed_in(app, people["olga"]), signed_in(app, people["mg1"])

    edited: Any = olga.get(f"/applications/{EDITED}/proposal")
    asked: Any = olga.get(f"/applications/{ASKED}/proposal")

    assert "An earlier release of this system allowed the text to be changed after submission." in edited.page.text
    assert "We no longer hold the answers in this submission" in asked.page.text
    assert "Rewritten." not in asked.page.text
    assert [mia.get(f"/applications/{id}").status_code for id in (EDITED, AWARDED, URGENT, DRAFT, WITHDRAWN)] == [
        200
    ] * 5


def test_a_forgery_before_the_upgrade_is_still_found(postgres: InMemory, tmp_path: Path) -> None:
    """The twin: the migration records again only what fits its history, so that it does not cover up a forgery."""
    name = restored(postgres, f"{NAME}_forged", f"UPDATE application SET title = 'Forged' WHERE id = {UNTOUCHED}")

    with opened(settings_for(postgres, name, tmp_path)) as app:
        assert f"application {UNTOUCHED} differs from its history." in found(app)


@pytest.mark.parametrize(
    ("forgery", "finding"),
    [
        ("UPDATE submission_line SET total = total + 1", f"Submission 1 of application {UNTOUCHED}: its content"),
        ("UPDATE submission_content SET content = '{}' WHERE submission_id = 1", "submission_content 1 differs"),
        ("DELETE FROM submission", f"Submission 1 of application {ASKED} is missing"),
    ],
)
def test_a_forgery_after_the_upgrade_is_found(app: Flask, forge: Forge, forgery: str, finding: str) -> None:
    forge(forgery)

    assert any(one.startswith(finding) for one in found(app))


def test_the_old_columns_are_gone(app: Flask) -> None:
    with app.app_context():
        tables = set(db.session.scalars(text("SELECT table_name FROM information_schema.tables")))
        columns = set(
            db.session.scalars(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = 'application'")
            )
        )

    assert tables & {"budget_line", "indicator"} == set()
    assert columns & {"answers", "saved_at", "submitted_sha256"} == set()
