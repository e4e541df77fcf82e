"""The HTML part of a mail: made of the same paragraphs, with one link, and nothing that a person wrote is markup."""

from __future__ import annotations

import pytest
from flask import Flask

from config import LANGUAGES
from grants.db import db, transaction
from grants.jobs import mail_html, mails_page, processing
from grants.models import Application, Outbox, Person
from grants.services import outbox
from tests.jobs.tags import Tags, rich
from tests.jobs.test_mailing import receiving
from workflows.engine.flow import Notification
from workflows.engine.roles import Role
from workflows.mails import register

SITE = "https://grants.example.org"
HOSTILE = (
    '<script src="https://evil.example/x.js"></script>',
    '<img src="https://evil.example/pixel.gif" onerror=alert(1)>',
    '</p></main><a href="https://evil.example/">Sign in here</a>',
    "<style>body{background:url(https://evil.example/)}</style>",
    '"><form action="https://evil.example/">',
    "https://grants.example.org.evil.example/link/1",
    "javascript:alert(1)",
    "https://grants.example.org/link/typed-by-a-person",
)


ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "p", "a", "br", "blockquote", "bdi"}


def made(*parts: str, language: str = "en", quoted: str = "") -> str:
    return mail_html.page(parts, language=language, title="A subject", site=SITE, quoted=quoted)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_mail_has_one_link_its_language_and_no_other_address(code: str) -> None:
    for entry in register.entries():
        subject, parts = mails_page.written(entry, code)

        html = mail_html.page(parts, language=code, title=subject, site=mails_page.SITE)

        page = Tags(html)
        assert 500 < len(html.encode()) <= mail_html.MOST_BYTES
        assert page.names <= ALLOWED
        assert len(page.addresses) == 1, entry.key
        assert str(page.addresses[0]).startswith(f"{mails_page.SITE}/")
        assert page.tags[0] == ("html", {"lang": code, "dir": "rtl" if code == "ar" else "ltr"})
        assert all(line in page.text for part in parts if "://" not in part for line in part.splitlines())


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("quoted", [True, False])
def test_nothing_that_a_person_wrote_becomes_markup_or_a_link(hostile: str, *, quoted: bool) -> None:
    page = Tags(made("Dear A,", hostile, f"Open the page: {SITE}/tasks", quoted=hostile if quoted else ""))

    assert page.names <= ALLOWED
    assert page.addresses == [f"{SITE}/tasks"]
    assert hostile in page.text


@pytest.mark.parametrize("hostile", HOSTILE[:5])
def test_without_escaping_it_would(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test."""
    parts = ("Dear A,", hostile, f"Open the page: {SITE}/tasks")
    escaped = Tags(made(*parts)).tags
    monkeypatch.setattr(mail_html, "escape", lambda text: text)

    assert Tags(made(*parts)).tags != escaped


def test_a_quotation_mark_in_an_address_ends_no_attribute() -> None:
    page = Tags(made("Dear A,", f'Open the page: {SITE}/tasks"onclick="alert(1)'))

    assert page.addresses == [f'{SITE}/tasks"onclick="alert(1)']
    assert all("onclick" not in attributes for _, attributes in page.tags)


def test_the_words_before_the_address_are_the_button() -> None:
    assert f'<a href="{SITE}/tasks">Ouvrir la page</a>' in made("Bonjour,", f"Ouvrir la page\u202f: {SITE}/tasks")


def test_a_paragraph_of_a_person_has_its_own_direction() -> None:
    html = made("مرحبا", "Who owns the mast?", language="ar", quoted="Who owns the mast?")

    assert '<blockquote dir="auto"><p>Who owns the mast?</p></blockquote>' in html


def test_a_long_mail_has_no_html_part() -> None:
    assert made("Dear A,", "x" * mail_html.MOST_BYTES) == ""


def test_a_title_adds_neither_header_nor_markup_nor_part(awarded_app: Flask) -> None:
    title = "Fibre\r\n--=_0\r\nContent-Type: text/html\r\n\r\n<b onclick=alert(1)>"
    with awarded_app.app_context(), receiving(awarded_app) as sink:
        with transaction():
            somebody = db.session.query(Person).filter_by(email="olga@example.org").one()
            text, values = Notification(Role.OFFICER, "%(title)s", "About %(title)s"), {"title": title}
            application = db.session.query(Application).one()
            outbox.mail(outbox.Mail([somebody], text, values, application=application, path="/"))
            row = db.session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert row is not None
        assert processing.work_one(row.id)

    mail = sink.got[0]
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "b" not in Tags(rich(mail)).names
    assert len(mail.get_all("Content-Type", [])) == 1
