"""A mail as it is sent: its paragraphs with their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from email.header import Header
from email.message import Message as Email
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from grants.db import db
from grants.jobs.program import settings
from grants.language import Wording
from grants.models import Outbox
from grants.services import outbox
from reports.snapshots.facts import FOUNDATION


def message_to(address: str, held: outbox.Claim, wording: Wording, subject: str, parts: Sequence[str]) -> Email:
    """A mail of these paragraphs, in the language of the wording, with its headers."""
    message = MIMEText("\n\n".join(parts) + "\n", _charset="utf-8")
    subject = " ".join(subject.split())[:180]
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = formataddr((FOUNDATION, settings().mail_from)), address
    message["Date"] = format_datetime(db.session.get_one(Outbox, held.id).created_at)
    message["Content-Language"] = wording.language
    message["Message-ID"] = identifier(f"outbox:{held.id}")
    return message


def identifier(about: str) -> str:
    """The identifier of a mail about this, the same for every attempt."""
    ours = settings()
    name = hashlib.sha256(f"{ours.address}:{about}".encode()).hexdigest()[:32]
    return f"<{name}@{ours.mail_from.rpartition('@')[2].rstrip('>')}>"
