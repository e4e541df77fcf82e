"""A mail as it is sent: its paragraphs, as text and as HTML, with their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from email.header import Header
from email.message import Message as Email
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from grants.db import db
from grants.jobs import mail_html
from grants.jobs.program import settings
from grants.language import Wording
from grants.models import Outbox
from grants.services import outbox
from reports.snapshots.facts import FOUNDATION


def message_to(
    address: str,
    held: outbox.Claim,
    wording: Wording,
    subject: str,
    parts: Sequence[str],
    *,
    quoted: str = "",
    items: Sequence[str] = (),
    unsubscribe: str = "",
) -> Email:
    """A mail of these paragraphs, in the language of the wording, as text and as HTML, with its headers.

    quoted: the paragraph that a person wrote, in whatever language. items: the paragraphs that are a heading, lines and
    the address of its page. unsubscribe: the address at which the recipient asks for urgent mails only.
    """
    subject = " ".join(subject.split())[:180]
    text = "\n\n".join(parts) + "\n"
    html = mail_html.page(
        parts, language=wording.language, title=subject, site=settings().address, quoted=quoted, items=items
    )
    message = _content(text, html)
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = formataddr((FOUNDATION, settings().mail_from)), address
    message["Date"] = format_datetime(db.session.get_one(Outbox, held.id).created_at)
    message["Content-Language"] = wording.language
    message["Message-ID"] = identifier(f"outbox:{held.id}")
    if unsubscribe:  # RFC 2369, and one click as in RFC 8058
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _content(text: str, html: str) -> Email:
    """The mail as text, and as HTML where there is one."""
    plain = MIMEText(text, _charset="utf-8")
    if not html:
        return plain
    message = MIMEMultipart("alternative", boundary=boundary(html))
    message.attach(plain)
    message.attach(MIMEText(html, "html", _charset="utf-8"))
    return message


def boundary(html: str) -> str:
    """What separates the parts: the same for every attempt, and in none of them, because these are in base 64."""
    return f"=_{hashlib.sha256(html.encode()).hexdigest()[:32]}"


def identifier(about: str) -> str:
    """The identifier of a mail about this, the same for every attempt."""
    ours = settings()
    name = hashlib.sha256(f"{ours.address}:{about}".encode()).hexdigest()[:32]
    return f"<{name}@{ours.mail_from.rpartition('@')[2].rstrip('>')}>"
