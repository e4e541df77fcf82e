"""Mail through real SMTP servers on loopback: the demonstration's own, and servers that refuse."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from config import Settings
from grants.cli.up import free_port
from grants.outside import mail, mailbox
from grants.outside.mail import Undeliverable


class Refusing:
    """A mail server with the same answer to every mail."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Send the answer."""
        return self.answer


@contextmanager
def serving(make: Callable[[], Coroutine[Any, Any, Any]]) -> Iterator[None]:
    """Run a server in a separate thread for the length of the block."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(make())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield
    loop.call_soon_threadsafe(task.cancel)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose mail server is a free port on this machine."""
    return Settings(instance=tmp_path, smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls=False)


@pytest.fixture
def kept(settings: Settings) -> Iterator[Path]:
    """The demonstration's mailbox, running; yields its instance folder."""
    with serving(lambda: mailbox.serve(settings.instance, settings.smtp_host, settings.smtp_port)):
        until_open(settings)
        yield settings.instance


@contextmanager
def refusing(settings: Settings, answer: str) -> Iterator[None]:
    """A server at that address that gives this answer."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(Refusing(answer), hostname="localhost"), settings.smtp_host, settings.smtp_port
        )
        async with server:
            await server.serve_forever()

    with serving(serve):
        until_open(settings)
        yield


def until_open(settings: Settings) -> None:
    """Wait for the greeting."""
    while True:
        try:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=5):
                return
        except ConnectionRefusedError:
            continue


def letter(message_id: str = "<award-1@grants.example>") -> EmailMessage:
    """A mail as a job sends it."""
    message = EmailMessage()
    message["Message-ID"] = message_id
    message["From"] = "grants@foundation.example"
    message["To"] = "Ravaka (demo) <ravaka@chapter.example>"
    message["Subject"] = "Votre projet est financé"
    message.set_content("Réseaux communautaires : 12 322,00 USD.\n")
    return message


def test_a_mail_arrives_as_it_was_sent(settings: Settings, kept: Path) -> None:
    mail.send(settings, letter())

    (arrived,) = mailbox.messages(kept)
    assert arrived.subject == "Votre projet est financé"
    assert arrived.text == "Réseaux communautaires : 12 322,00 USD.\n"
    assert (arrived.sender, arrived.recipients) == ("grants@foundation.example", ("ravaka@chapter.example",))


def test_a_repeated_mail_is_stored_once(settings: Settings, kept: Path) -> None:
    mail.send(settings, letter())
    mail.send(settings, letter())

    assert len(mailbox.messages(kept)) == 1


def test_without_the_same_message_id_a_repeated_mail_is_stored_twice(settings: Settings, kept: Path) -> None:
    """Counter-test: repeated mails are recognised by their Message-ID."""
    mail.send(settings, letter("<award-1@grants.example>"))
    mail.send(settings, letter("<award-2@grants.example>"))

    assert len(mailbox.messages(kept)) == 2


def test_the_newest_mail_is_first_and_the_list_is_limited(settings: Settings, kept: Path) -> None:
    for number in range(3):
        mail.send(settings, letter(f"<{number}@grants.example>"))

    assert [each.message["Message-ID"] for each in mailbox.messages(kept, limit=2)] == [
        "<2@grants.example>",
        "<1@grants.example>",
    ]


def test_a_mail_without_a_message_id_is_not_sent(settings: Settings) -> None:
    message = letter()
    del message["Message-ID"]

    with pytest.raises(ValueError, match="Message-ID"):
        mail.send(settings, message)


def test_a_permanent_refusal_differs_from_a_temporary_one(settings: Settings) -> None:
    with refusing(settings, "550 No such mailbox"), pytest.raises(Undeliverable, match="550"):
        mail.send(settings, letter())

    later = replace(settings, smtp_port=free_port())
    with refusing(later, "451 Try again later"), pytest.raises(smtplib.SMTPDataError, match="451"):
        mail.send(later, letter())


def test_no_mail_is_sent_without_tls_if_tls_is_required(settings: Settings, kept: Path) -> None:
    with pytest.raises(OSError, match="STARTTLS"):
        mail.send(replace(settings, smtp_tls=True), letter())

    assert mailbox.messages(kept) == []


def test_without_a_server_the_reason_is_given(settings: Settings) -> None:
    with pytest.raises(OSError, match="set GRANTS_SMTP_HOST"):
        mail.send(replace(settings, smtp_host=""), letter())
