"""Send mail by SMTP, one message per call."""

from __future__ import annotations

import smtplib
import ssl
from email.message import Message

from config import Settings

TIMEOUT_SECONDS = 30
FOR_GOOD = 500  # RFC 5321, 4.2.1: replies from 500 are permanent


class Undeliverable(Exception):
    """The mail server refuses this message permanently; sending it again would give the same reply."""


def send(settings: Settings, message: Message, *, bounces_to: str = "") -> None:
    """Send the message; returns when the mail server has accepted it for every recipient.

    bounces_to: the address to which a mail that cannot be delivered comes back; empty: the sender. The caller sets a
    Message-ID, the same one for every attempt. Raises Undeliverable if the server refuses
    permanently (5xx), and OSError (the base class of smtplib's errors) if a later attempt may succeed.
    """
    if not message["Message-ID"]:
        raise ValueError("A mail needs a Message-ID, so that a second delivery can be recognised.")
    if not settings.smtp_host:
        raise OSError("No mail server is configured: set GRANTS_SMTP_HOST.")
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            refused = server.send_message(message, from_addr=bounces_to or None)
    except smtplib.SMTPRecipientsRefused as error:
        raise _verdict(error, error.recipients) from error
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        if error.smtp_code >= FOR_GOOD:
            raise Undeliverable(f"{error.smtp_code} {error.smtp_error!r}") from error
        raise
    if refused:
        raise _verdict(smtplib.SMTPRecipientsRefused(refused), refused)


def _verdict(error: OSError, refused: dict[str, tuple[int, bytes]]) -> Exception:
    """Undeliverable if every refusal is permanent, otherwise the error itself."""
    if all(code >= FOR_GOOD for code, _ in refused.values()):
        return Undeliverable("; ".join(f"{code} {text!r}" for code, text in refused.values()))
    return error
