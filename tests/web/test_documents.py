"""Documents: readable for people who may see them, and verifiable for everyone."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from grants.db import db, transaction
from grants.models import Application, Document, DocumentEnd, DocumentFile, Outbox
from grants.outside.storage import Storage
from grants.services import documents, letters, locking
from grants.services.integrity import fingerprints
from tests import world as w
from tests.browser import Answer, Careful, anonymous, signed_in
from tests.web.reading import conflict

PDF = b"%PDF-1.7 a letter that was printed"
LETTER = "L-2026-0001"


@pytest.fixture(scope="session")
def ground(awarded: str) -> str:
    """Every test begins with an award of 10,000.00; its receipt and its letter are ordered, none is printed."""
    return awarded


@pytest.fixture
def world(app: Flask) -> w.World:
    """The people of the test data."""
    with app.app_context():
        return w.found()


def letter(app: Flask) -> int:
    """The id of the award letter."""
    with app.app_context():
        return db.session.scalars(select(Document.id).where(Document.number == LETTER)).one()


def address(app: Flask, number: str = LETTER) -> str:
    """The address of the public page of a document, as its QR code has it."""
    with app.app_context():
        return f"/v/{number}/{db.session.scalars(select(Document.code).where(Document.number == number)).one()}"


def print_it(app: Flask, settings: Settings, content: bytes = PDF) -> str:
    """The result of a worker's print job: the stored file and its row."""
    sha256 = Storage(settings.files).put(content)
    id = letter(app)
    with app.app_context(), transaction():
        row = next(row for row in db.session.scalars(select(Outbox)) if row.args.get("document") == id)
        db.session.add(
            DocumentFile(document_id=id, outbox_id=row.id, sha256=sha256, size=len(content), pages=1, made_with={})
        )
        w.recorded()
    return sha256


def upload(client: Careful, content: bytes) -> Answer:
    """Upload a file to the verification page."""
    asked = client.get("/check").page.forms
    token = next(form.fields["csrf_token"] for form in asked if form.method == "post" and form.action == "/check")
    return client.post(
        "/check",
        data={"csrf_token": token, "file": (BytesIO(content), "letter.pdf")},
        content_type="multipart/form-data",
    )


def test_the_page_shows_progress_until_the_document_is_printed(app: Flask, world: w.World) -> None:
    page = signed_in(app, world.people["mg1"]).get(f"/documents/{letter(app)}")

    assert page.status_code == 404
    assert "This document is being created" in page.page.text
    assert "1 document is ahead of it." in page.page.text


def test_the_file_is_served_unchanged_under_its_number(app: Flask, settings: Settings, world: w.World) -> None:
    print_it(app, settings)

    answer = signed_in(app, world.people["mg1"]).get(f"/documents/{letter(app)}")

    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'inline; filename="{LETTER}.pdf"'
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == (
        "nosniff",
        "private, no-store",
    )


def test_a_damaged_file_is_not_served(app: Flask, settings: Settings, world: w.World) -> None:
    sha256 = print_it(app, settings)
    (settings.instance / "files" / sha256[:2] / sha256).write_bytes(b"%PDF-1.7 another letter")

    answer = signed_in(app, world.people["mg1"]).get(f"/documents/{letter(app)}")

    assert answer.status_code == 500
    assert b"another letter" not in answer.data


def test_only_the_chapter_and_staff_can_read_a_document(app: Flask, settings: Settings, world: w.World) -> None:
    print_it(app, settings)
    names = ("mg2", "olga", "uma", "bo1", "fay", "rex")
    there = f"/documents/{letter(app)}"

    codes = {name: signed_in(app, world.people[name]).get(there).status_code for name in names}

    assert codes == {"mg2": 200, "olga": 200, "uma": 200, "bo1": 404, "fay": 403, "rex": 403}
    assert anonymous(app).get(there).status_code == 302


def test_a_conflict_hides_the_document(app: Flask, settings: Settings, world: w.World) -> None:
    print_it(app, settings)
    omar = signed_in(app, world.people["omar"])
    before = omar.get(f"/documents/{letter(app)}").status_code
    with app.app_context():
        conflict(world.people["omar"], db.session.get_one(Application, 1))

    assert (before, omar.get(f"/documents/{letter(app)}").status_code) == (200, 404)


def test_the_public_page_describes_the_document_and_names_no_one(
    app: Flask, settings: Settings, world: w.World
) -> None:
    sha256 = print_it(app, settings)

    page = anonymous(app).get(address(app))

    words = page.page.text
    assert page.status_code == 200
    assert [
        part in words
        for part in (LETTER, "Award letter", "USD\N{NO-BREAK SPACE}10,000.00", sha256, "This number is valid")
    ] == [True] * 5
    assert [name in words for name in ("Chapter MG", "Mg1", "Pia", "fibre title", "BTN-2026")] == [False] * 5


def test_the_decision_of_an_application_without_award_shows_no_amount(app: Flask, world: w.World) -> None:
    page = anonymous(app).get(address(app, "Q-2026-0001"))

    assert "Receipt Q-2026-0001" in page.page.text
    assert "USD" not in page.page.text


def test_the_original_file_is_recognised_and_a_changed_byte_is_not(
    app: Flask, settings: Settings, world: w.World
) -> None:
    print_it(app, settings)
    client = anonymous(app)

    whole, changed = upload(client, PDF), upload(client, PDF[:-1] + b"!")

    assert "The file is complete and unchanged." in whole.page.text
    assert "We do not recognise this file" in changed.page.text
    assert hashlib.sha256(PDF).hexdigest() in whole.page.text


def test_a_missing_file_or_one_that_is_not_a_pdf_is_refused_with_its_reason(app: Flask, world: w.World) -> None:
    client = anonymous(app)

    picture, nothing = upload(client, b"\x89PNG"), upload(client, b"")

    assert (picture.status_code, nothing.status_code) == (422, 422)
    assert "This is not a PDF file." in picture.page.text
    assert "Upload the PDF file of the document." in nothing.page.text


def test_an_empty_number_is_answered_beside_its_field(app: Flask) -> None:
    answer = app.test_client().get("/check?number=+")

    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("Enter the number of the document.") == 2


def test_a_newer_letter_replaces_the_older_one(app: Flask, settings: Settings, world: w.World) -> None:
    print_it(app, settings)
    with app.app_context(), transaction():
        row = db.session.get_one(Application, 1)
        locking.hold(row, locking.Chain("system", 1))
        letters.award_letter(w.award_of(row), signed_by=world.people["pia"])
        w.recorded()

    old = anonymous(app).get(address(app))

    assert "A newer document replaces it: L-2026-0002." in old.page.text
    assert not [link for link in old.page.links.values() if link.startswith("/v/") and "language=" not in link]


def test_the_history_names_the_document_that_was_created(app: Flask, settings: Settings, world: w.World) -> None:
    print_it(app, settings)
    with app.app_context(), transaction():
        document = db.session.get_one(Document, letter(app))
        locking.hold(locking.Chain("application", document.application_id))
        documents.printed(
            document.id,
            application=document.application_id,
            kind=document.kind,
            number=document.number,
            fingerprint=str(fingerprints.of({"document_file": [document.id]})[0].value),
        )

    page = signed_in(app, world.people["olga"]).get("/applications/1/history")

    assert "Award letter L-2026-0001 created" in page.page.text


@pytest.mark.parametrize(("kind", "title"), [("void", "This number is void"), ("revoked", "Genuine, but revoked")])
def test_a_revoked_document_is_not_valid(app: Flask, settings: Settings, world: w.World, kind: str, title: str) -> None:
    print_it(app, settings)
    id = letter(app)
    with app.app_context(), transaction():
        db.session.add(DocumentEnd(document_id=id, kind=kind, reason="The amount was wrong."))
        w.recorded()

    page = upload(anonymous(app), PDF)

    assert title in page.page.text
    assert "The amount was wrong." not in page.page.text
