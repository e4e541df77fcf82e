"""Adding a document of an organisation in the browser of a test, and what lies in quarantine afterwards."""

from __future__ import annotations

import io
from pathlib import Path

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from config import Settings
from tests.attachments import pdfs, uploads
from tests.browser import Answer, Careful

NEW = "/organisations/1/documents/new"
HOSTILE = b"<html><script>alert(1)</script></html>" + pdfs.honest()
Sent = tuple[io.BytesIO, str]


def file(data: bytes | None = None, name: str = "certificate.pdf") -> Sent:
    """A file as a browser sends it; an honest PDF unless other bytes are given."""
    return io.BytesIO(pdfs.honest() if data is None else data), name


def add(client: Careful, sent: Sent | None, **fields: str) -> Answer:
    """Add a document of the chapter in Madagascar."""
    form = client.get(NEW).page.form("/documents/new")
    return send(client, {**form.fields, "type": "registration", **fields}, sent)


def send(client: Careful, fields: dict[str, object], sent: Sent | None, to: str = NEW) -> Answer:
    """Send a form with a file, as bytes in memory: the test client leaves the temporary file of a large body open."""
    files = {"file": FileStorage(sent[0], filename=sent[1])} if sent else {}
    boundary, body = encode_multipart({**fields, **files})
    return client.post(to, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def check_all(app: Flask) -> None:
    """Let the worker check every file that waits."""
    with app.app_context():
        uploads.check_all()


def quarantined(settings: Settings) -> int:
    """How many files lie in quarantine."""
    folder = Path(settings.files.removeprefix("file://")) / "quarantine"
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def text(answer: Answer) -> str:
    """The text of a page on one line."""
    return " ".join(answer.page.text.split())
