"""The emails of the demonstration can be read on a page, which does not exist in production."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

from flask import Flask

from config import Settings
from grants.outside import mailbox
from tests.browser import anonymous


def arrived(settings: Settings, key: str, subject: str, text: str) -> None:
    """A mail as the demonstration's mail server stores it."""
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.mail_from
    message["X-Envelope-From"], message["X-Envelope-To"] = settings.mail_from, "mia@example.org"
    message.set_content(text)
    folder = mailbox.folder(settings.instance)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}.eml").write_bytes(message.as_bytes())


def test_a_mail_is_listed_and_read(app: Flask, settings: Settings) -> None:
    arrived(
        settings,
        "a" * 32,
        "Sent: fibre",
        "Its number is BTN-2026-0001.\n\nhttp://localhost/applications/1\n<b>bold</b>",
    )
    client = anonymous(app)

    listed, read = client.get("/mailbox"), client.get("/mailbox/" + "a" * 32)

    assert listed.page.links["Sent: fibre"] == "/mailbox/" + "a" * 32
    assert "Its number is BTN-2026-0001." in read.page.text
    assert "&lt;b&gt;bold" in read.get_data(as_text=True)


def test_a_link_at_the_end_of_a_paragraph_ends_there(app: Flask, settings: Settings) -> None:
    arrived(settings, "b" * 32, "A link", "Open this page:\nhttp://localhost/link/x_1-y\n\nThe link works once.")

    read = anonymous(app).get("/mailbox/" + "b" * 32).get_data(as_text=True)

    assert 'href="http://localhost/link/x_1-y"' in read
    assert "Open this page:<br>" in read
    assert "<p>The link works once.</p>" in read


def test_a_missing_mail_is_not_found(app: Flask) -> None:
    assert anonymous(app).get("/mailbox/..%2fsecret").status_code == 404


def test_outside_the_demonstration_there_is_no_mailbox(app: Flask, settings: Settings) -> None:
    arrived(settings, "a" * 32, "Sent: fibre", "Its number is BTN-2026-0001.")
    client = anonymous(app)
    before = client.get("/mailbox").status_code
    app.extensions["settings"] = replace(settings, demo=False)

    assert (before, client.get("/mailbox").status_code, client.get("/mailbox/" + "a" * 32).status_code) == (
        200,
        404,
        404,
    )
