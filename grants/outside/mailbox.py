"""Mail server of the demonstration: it accepts every mail, keeps one file per Message-ID and forwards nothing."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import importlib.util
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from grants.outside.servers.claims import NotInstalled

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

BYTES = 25_000_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One received mail; `received_at` is in UTC, by the clock of the machine."""

    key: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def sent_at(self) -> datetime:
        """The date in the mail's header, which follows the demonstration's clock; without one, `received_at`."""
        date = self.message["Date"]
        return date.datetime if date and date.datetime else self.received_at

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain text part of the mail; empty if there is none."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


def folder(instance: Path) -> Path:
    """The folder with the mails of this instance."""
    return instance / "mailbox"


def messages(instance: Path, limit: int = 200) -> list[Mail]:
    """The newest mails, newest first, at most `limit`."""
    paths = sorted(folder(instance).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_read(path) for path in paths[:limit]]


def require() -> None:
    """Raise NotInstalled unless the package that the mail server needs is installed."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise NotInstalled(
            "The demonstration's mail server is not installed. Install the extra: "
            "pip install 'foundation-grants[demo]', or set GRANTS_SMTP_HOST."
        )


async def serve(instance: Path, host: str, port: int) -> None:
    """Receive mail on this address until cancelled; raises NotInstalled."""
    require()
    from aiosmtpd.smtp import SMTP

    folder(instance).mkdir(mode=0o700, parents=True, exist_ok=True)
    make = partial(SMTP, _Keeper(folder(instance)), data_size_limit=BYTES, enable_SMTPUTF8=True, hostname="localhost")
    server = await asyncio.get_running_loop().create_server(make, host, port)
    async with server:
        await server.serve_forever()


class _Keeper:
    """Handler that aiosmtpd calls for each mail; aiosmtpd sets the name of the method."""

    def __init__(self, kept_in: Path) -> None:
        self.kept_in = kept_in

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = cast(bytes, envelope.content)
        message_id = email.message_from_bytes(content, policy=email.policy.default)["Message-ID"]
        key = hashlib.sha256(str(message_id).strip().encode() if message_id else content).hexdigest()[:32]
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        return "250 Kept" if _keep(self.kept_in / f"{key}.eml", head.encode() + content) else "250 Known already"


def _keep(path: Path, content: bytes) -> bool:
    """Write a new file atomically; returns False if it exists already."""
    beside = path.with_suffix(f".{os.getpid()}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    finally:
        beside.unlink()
    return True


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(
        key=path.stem,
        received_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        sender=str(message["X-Envelope-From"]),
        recipients=tuple(part.strip() for part in str(message["X-Envelope-To"]).split(",")),
        message=message,
    )
