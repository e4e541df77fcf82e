"""Wrong files, names and facts that are sent as a document of an organisation: each gets its sentence."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from config import Settings
from grants.db import db
from grants.models import Attachment
from grants.outside import greenlets
from tests.browser import browser
from tests.web.uploading import NEW, add, check_all, file, quarantined, send, text

pytestmark = pytest.mark.ground("small")

WRONG = {
    "no file": (None, "Choose a file."),
    "an empty file": (lambda: file(b""), "This file is empty."),
    "a program": (lambda: file(b"MZ", "a.exe"), "Files of this type cannot be attached."),
    "an old format": (lambda: file(b"\xd0\xcf", "a.doc"), "Save this file as .docx and attach the new file."),
    "a text over its limit": (lambda: file(b"%PDF-" + b"x" * 25_000_000, "a.pdf"), "This file is larger than 25 MB."),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_at_once_and_what_was_typed_is_kept(app: Flask, settings: Settings, case: str) -> None:
    make, sentence = WRONG[case]
    mia = browser(app, "mg1")

    answer = add(mia, make() if make else None, type="bank_letter", valid_until="2030-05-01")

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Choose the file again." in text(answer)
    form = answer.page.form("/documents/new")
    assert (form.fields["type"], form.fields["valid_until"]) == (["bank_letter"], ["2030-05-01"])
    assert quarantined(settings) == 0


def test_a_file_over_every_limit_is_refused_while_it_arrives(app: Flask) -> None:
    mia = browser(app, "mg1")

    answer = add(mia, file(b"x" * 27_000_000))

    assert answer.status_code == 413
    assert "The file is larger than 25 MB, which is the maximum here" in text(answer)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_body_that_announces_no_length_is_cut_at_the_limit(app: Flask) -> None:
    """Werkzeug closes the temporary file of a body that it gives up only when Python frees it, which is at once."""
    mia = browser(app, "mg1")
    begin = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'

    answer = mia.post(
        NEW,
        data=None,
        input_stream=io.BytesIO(begin + b"x" * 27_000_000 + b"\r\n--b--\r\n"),
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )

    assert answer.status_code == 413


def test_who_may_not_add_a_file_sends_no_more_than_any_form(app: Flask) -> None:
    olga, form = browser(app, "olga"), browser(app, "mg1").get(NEW).page.form("/documents/new")

    small, large = (
        send(olga, {**form.fields, "type": "registration"}, file(b"x" * size)).status_code
        for size in (1_000, 3_000_000)
    )

    assert (small in {400, 403}, large) == (True, 413)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
        ("\u202egpj.exe.pdf", "gpj.exe.pdf"),
    ],
)
def test_no_name_is_a_path(app: Flask, name: str, shown: str) -> None:
    mia = browser(app, "mg1")

    assert add(mia, file(name=name)).status_code == 302

    check_all(app)
    with app.app_context():
        attachment = db.session.query(Attachment).one()
        assert (attachment.name, attachment.check and attachment.check.verdict) == (shown, "accepted")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"type": ""}, "Select a type of document."),
        ({"type": "diary"}, "Select a type of document."),
        ({"type": "other"}, "Enter the name of the document."),
        ({"valid_until": "soon"}, "Enter a date, such as 2026-03-01."),
        (
            {"valid_from": "2027-02-01", "valid_until": "2027-01-01"},
            "the same as or after the “Valid from” date",
        ),
    ],
)
def test_wrong_facts_are_refused_with_a_sentence(app: Flask, fields: dict[str, str], sentence: str) -> None:
    answer = add(browser(app, "mg1"), file(), **fields)

    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_file_is_put_into_quarantine_in_a_thread_of_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the web server does it, whose greenlets do not wait for the disk; such a thread knows of no request."""

    def in_thread(function: Callable[..., Any], *args: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(function, *args).result()

    monkeypatch.setattr(greenlets, "aside", in_thread)
    mia = browser(app, "mg1")

    assert add(mia, file()).status_code == 302
    check_all(app)
    assert mia.get("/attachments/1").data.startswith(b"%PDF-")
