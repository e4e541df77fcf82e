"""Documents of an organisation: added, checked by the worker, read and replaced, with every wrong file on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import true

from config import Settings
from grants.access import rights, visibility
from grants.access.permissions import Permission
from grants.access.principals import load_principal
from grants.db import db, today, transaction
from grants.models import Attachment, Event, OrganisationDocument, Outbox
from grants.queries import attachments as stored
from grants.queries import organisation_documents as documents
from grants.services import attachments, locking
from grants.services import organisation_documents as commands
from grants.services.refusals import Refused
from grants.web.site import authorization
from tests.attachments import images, pdfs, uploads
from tests.browser import browser
from tests.web.uploading import HOSTILE, NEW, add, check_all, file, quarantined, text
from tests.world import found
from workflows.engine.rights import ALL, Right
from workflows.engine.roles import Role

pytestmark = [pytest.mark.ground("small"), pytest.mark.sweep]


def test_a_document_is_added_checked_and_downloaded(app: Flask) -> None:
    mia = browser(app, "mg1")

    added = add(mia, file(), valid_until="2090-01-31")

    assert added.status_code == 302
    page = text(mia.get(added.location))
    assert "Registration certificate added." in page
    assert "Being checked This usually takes less than a minute." in page
    assert mia.get("/attachments/1").status_code == 404
    check_all(app)
    page = text(mia.get("/organisations/1"))
    assert "1 page, 1 kB · Mg1 (demo)" in page
    assert "31 Jan 2090" in page.replace("\xa0", " ")
    assert "Ready" in page
    assert mia.get("/attachments/1").data.startswith(b"%PDF-")


def test_a_download_runs_nothing_and_keeps_its_name_in_any_script(app: Flask) -> None:
    mia = browser(app, "mg1")
    add(mia, file(name="شهادة التسجيل.pdf"))
    check_all(app)

    answer = mia.get("/attachments/1")

    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="attachment.pdf"; filename*=UTF-8')
    assert "%D8%B4%D9%87" in disposition
    assert "<bdi>شهادة التسجيل.pdf</bdi>" in mia.get("/organisations/1").get_data(as_text=True)
    preview = mia.get("/attachments/1/previews/1")
    assert (preview.mimetype, preview.headers["Content-Security-Policy"]) == (
        "image/jpeg", "sandbox; default-src 'none'")  # fmt: skip
    assert mia.get("/attachments/1/previews/2").status_code == 404


def test_a_refused_file_says_why_and_can_be_replaced(app: Flask, settings: Settings) -> None:
    mia = browser(app, "mg1")
    add(mia, file(HOSTILE))
    check_all(app)

    page = text(mia.get("/organisations/1"))

    assert "Not accepted The content of this file is not PDF, although its name says so." in page
    assert "The file was deleted from our servers." in page
    assert "Choose another file" in page
    assert mia.get("/attachments/1").status_code == 404
    assert quarantined(settings) == 0


def test_the_same_form_twice_adds_one_document(app: Flask, settings: Settings) -> None:
    mia = browser(app, "mg1")
    form = mia.get(NEW).page.form("/documents/new").fields

    answers = [mia.post(NEW, data={**form, "type": "registration", "file": file()}) for _ in range(2)]

    assert [answer.location for answer in answers] == [answers[0].location] * 2
    with app.app_context():
        assert db.session.query(OrganisationDocument).count() == 1
    assert quarantined(settings) == 1


def test_two_equal_uploads_at_once_add_one_document(app: Flask, settings: Settings) -> None:
    clients = [browser(app, name) for name in ("mg1", "mg2")]
    forms = [client.get(NEW).page.form("/documents/new").fields for client in clients]

    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(
            lambda one: one[0].post(NEW, data={**one[1], "type": "registration", "file": file()}),
            zip(clients, forms, strict=True),
        )
        statuses = sorted(answer.status_code for answer in answers)

    assert statuses == [302, 409]
    with app.app_context():
        assert db.session.query(OrganisationDocument).count() == 1
    assert quarantined(settings) == 1


def test_a_known_file_is_refused_and_the_form_shown_again(app: Flask, settings: Settings) -> None:
    mia = browser(app, "mg1")
    add(mia, file())

    again = add(mia, file(name="the same.pdf"))

    assert again.status_code == 409
    assert "Your organisation has already added this file as a document of this type." in text(again)
    assert add(mia, file(), type="accounts").status_code == 302
    assert quarantined(settings) == 2


def test_a_newer_version_counts_once_it_is_accepted(app: Flask) -> None:
    mia = browser(app, "mg1")
    add(mia, file(name="first.pdf"))
    check_all(app)

    form = mia.get("/organisations/documents/1/replace")
    replaced = mia.submit(form, "/replace", file=file(pdfs.honest(2), "second.pdf"))

    page = text(mia.get(replaced.location))
    assert "Registration certificate replaced." in page
    assert "Version 1 remains the current one until a newer file is accepted." in page
    assert "Earlier versions" in page
    check_all(app)
    page = text(mia.get("/organisations/documents/1"))
    assert "remains the current one" not in page
    assert "second.pdf" in page
    assert mia.get("/attachments/1").status_code == 200
    with app.app_context():
        mine = db.session.query(OrganisationDocument).order_by(OrganisationDocument.id).all()
        assert [(one.version, one.type) for one in mine] == [(1, "registration"), (2, "registration")]


def test_a_file_is_replaced_while_it_is_being_checked(app: Flask) -> None:
    mia = browser(app, "mg1")
    add(mia, file(name="first.pdf"))

    replaced = mia.submit(mia.get("/organisations/documents/1/replace"), "/replace", file=file(pdfs.honest(2)))

    assert replaced.status_code == 302
    check_all(app)
    with app.app_context():
        assert [one.check and one.check.pages for one in db.session.query(Attachment).order_by("id")] == [1, 2]


def test_of_two_replacements_at_once_one_is_refused(app: Flask, settings: Settings) -> None:
    add(browser(app, "mg1"), file())
    clients = [browser(app, name) for name in ("mg1", "mg2")]
    forms = [client.get("/organisations/documents/1/replace").page.form("/replace") for client in clients]

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda one: clients[one].post(
                    forms[one].action, data={**forms[one].fields, "file": file(pdfs.honest(one + 2))}
                ),
                range(2),
            )
        )

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert "This file has been replaced by a newer version." in text(refused)
    assert quarantined(settings) == 2


def test_without_the_lock_and_the_question_the_database_refuses_the_second(app: Flask) -> None:
    """Counter-test: two versions that replace the same one."""
    with app.app_context():
        world = found()
        first = uploads.document(world)
        uploads.newer(world, first, pdfs.honest(2))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored, "is_replaced", lambda _: False)
            with pytest.raises(ValueError, match="attachment_replaces_id_key"):
                uploads.newer(world, first, pdfs.honest(3))
        with pytest.raises(Refused, match="has been replaced"):
            uploads.newer(world, first, pdfs.honest(3))


def test_an_organisation_has_a_limited_space(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = browser(app, "mg1")
    monkeypatch.setattr(attachments, "SPACE", len(pdfs.honest()) + 10)
    add(mia, file(b"<html>" + pdfs.honest()[:-6]))
    check_all(app)
    assert add(mia, file()).status_code == 302, "what was not accepted takes no space"

    full = add(mia, file(pdfs.honest(2)))

    assert full.status_code == 409
    assert "Your organisation has 0 MB left of its" in text(full)


def test_only_members_and_staff_read_a_document(app: Flask) -> None:
    add(browser(app, "mg1"), file())
    check_all(app)

    readers = {name: browser(app, name) for name in ("mg2", "olga", "pia", "fay", "uma", "bo1", "ada", "rex")}
    found = {
        name: tuple(client.get(path).status_code for path in ("/attachments/1", "/organisations/documents/1"))
        for name, client in readers.items()
    }

    assert found == {
        **dict.fromkeys(("mg2", "olga", "pia", "fay", "uma"), (200, 200)),
        "bo1": (404, 404),
        **dict.fromkeys(("ada", "rex"), (403, 403)),
    }
    assert "Documents" not in readers["ada"].get("/organisations/1").page.text


def test_without_their_visibility_a_stranger_would_read_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the applicant of another chapter gets the bytes. Their roles and rights are asked too."""
    add(browser(app, "mg1"), file())
    check_all(app)
    stranger = browser(app, "bo1")
    monkeypatch.setitem(visibility.ROOTS, "attachment", lambda *_: true())
    assert stranger.get("/attachments/1").status_code == 403
    monkeypatch.setattr(authorization, "permits", lambda *_: True)

    assert stranger.get("/attachments/1").data.startswith(b"%PDF-")


def test_a_document_that_soon_expires_is_marked(app: Flask) -> None:
    mia = browser(app, "mg1")
    with app.app_context():
        now = today()
    for days, type in ((60, "registration"), (61, "accounts"), (-1, "audit")):
        add(mia, file(pdfs.honest(1)), type=type, valid_until=(now + timedelta(days=days)).isoformat())

    page = mia.get("/organisations/1").get_data(as_text=True)

    assert page.count('<span class="soon">') == 1
    assert "in 60 days" in page
    assert "in 61 days" not in page
    assert '<span class="late">' in page
    assert "expired" in page


def test_an_image_has_a_thumbnail_and_a_spreadsheet_its_letters(app: Flask) -> None:
    mia = browser(app, "mg1")
    add(mia, file(images.photograph(), "現地写真.jpg"))

    page = mia.get("/organisations/1").get_data(as_text=True)
    assert '<span class="square" aria-hidden="true">JPG</span>' in page
    check_all(app)

    page = mia.get("/organisations/1").get_data(as_text=True)
    assert '<img class="square" src="/attachments/1/previews/1" alt=""' in page


def test_a_missing_file_is_no_page_of_errors_for_ever(app: Flask, settings: Settings) -> None:
    mia = browser(app, "mg1")
    add(mia, file())
    check_all(app)
    for path in Path(settings.files.removeprefix("file://")).glob("??/*"):
        path.unlink()

    answer = mia.get("/attachments/1")

    assert answer.status_code == 500
    assert "The stored file is missing or damaged" in text(answer)


def test_the_history_names_the_file_beside_its_chain(app: Flask) -> None:
    add(browser(app, "mg1"), file(), type="other", title="Letter of the mayor")

    with app.app_context():
        event = db.session.query(Event).order_by(Event.id.desc()).limit(1).one()
        assert (event.subject, event.subject_id, event.key) == ("organisation", 1, "add_document")
        assert {one.name: one.words for one in event.words} == {
            "title": "Letter of the mayor",
            "file": "certificate.pdf",
        }


def test_a_delay_is_explained(app: Flask) -> None:
    mia = browser(app, "mg1")
    add(mia, file())
    for values, sentence in (
        ({"problem": "Waiting: The virus scanner did not answer"}, "This file is waiting for a virus scan."),
        ({"problem": "OSError: disk"}, "The check is taking longer than usual."),
        ({"dead_at": db.text("grants_now()")}, "We could not check this file, and"),
    ):
        with app.app_context(), transaction():
            db.session.query(Outbox).filter_by(kind="inspection").update(values)  # type: ignore[arg-type]

        assert sentence in text(mia.get("/organisations/1"))


def test_a_failed_request_leaves_no_file(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Refused(attachments.REPLACED)

    mia = browser(app, "mg1")
    monkeypatch.setattr(commands, "add", fail)

    assert add(mia, file()).status_code == 409
    assert quarantined(settings) == 0


def test_documents_are_limited_in_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = browser(app, "mg1")
    monkeypatch.setattr(commands, "MOST", 1)
    add(mia, file())

    answer = add(mia, file(pdfs.honest(2)), type="accounts")

    assert answer.status_code == 409
    assert "Your organisation already has 1 documents." in text(answer)


def test_versions_are_limited_in_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = browser(app, "mg1")
    monkeypatch.setattr(documents, "MOST", 1)
    add(mia, file())

    answer = mia.submit(mia.get("/organisations/documents/1/replace"), "/replace", file=file(pdfs.honest(2)))

    assert answer.status_code == 409
    assert "Your organisation has added 1 files, which is the maximum." in text(answer)


def test_the_versions_of_several_documents_are_kept_apart(app: Flask) -> None:
    with app.app_context():
        world = found()
        first, other = uploads.document(world), uploads.document(world, pdfs.honest(3), name="b.pdf")
        second = uploads.newer(world, first, pdfs.honest(2))
        mine = documents.of(1, load_principal(world.people["mg1"]))

        assert [[one.row.id for one in document.versions] for document in mine] == [[second.id, first.id], [other.id]]


def test_a_file_is_added_by_a_command_that_holds_the_organisation_only(app: Flask) -> None:
    with app.app_context():
        world = found()
        upload = uploads.received(pdfs.honest())
        with transaction(), pytest.raises(locking.NotHeld):
            attachments.add(upload, organisation=world.chapters["mg"], actor=world.actor("mg1", Role.APPLICANT))


def test_a_right_in_another_organisation_does_not_count(app: Flask) -> None:
    """A member of two chapters who may only view the documents of one may not write there."""
    with app.app_context():
        world = found()
        ours, theirs = world.chapters["mg"].id, world.chapters["bo"].id
        known = load_principal(world.people["mg1"])
        held = {ours: ALL, theirs: frozenset({Right.VIEW})}
        both = replace(known, organisations=frozenset({ours, theirs}), rights=held)
        writable = [
            rights.permits(OrganisationDocument(organisation_id=id), both, Permission.WRITE_ORGANISATION_DOCUMENT)
            for id in (ours, theirs)
        ]

    assert writable == [True, False]
