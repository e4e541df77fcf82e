"""Mail goes out by SMTP, one message a call."""

from __future__ import annotations

import smtplib
import ssl
from email.message import Message

from config import Settings

TIMEOUT_SECONDS = 30
FOR_GOOD = 500  # RFC 5321, 4.2.1: from here on a repetition gets the same answer


class Undeliverable(Exception):
    """The mail server says that this message will never be taken; sending it again is of no use."""


def send(settings: Settings, message: Message) -> None:
    """Hand the message to the mail server; returns once the server has taken it for every recipient.

    The caller gives it a Message-ID that stays the same whenever it is sent again. Raises Undeliverable when the
    server refuses for good (5xx), OSError (of which smtplib's errors are a kind) when trying later may help.
    """
    if not message["Message-ID"]:
        raise ValueError("A mail needs a Message-ID of its own, so that repeats can be dropped.")
    if not settings.smtp_host:
        raise OSError("No mail server is set; set GRANTS_SMTP_HOST.")
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_tls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            refused = server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _verdict(error, error.recipients) from error
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        if error.smtp_code >= FOR_GOOD:
            raise Undeliverable(f"{error.smtp_code} {error.smtp_error!r}") from error
        raise
    if refused:
        raise _verdict(smtplib.SMTPRecipientsRefused(refused), refused)


def _verdict(error: OSError, refused: dict[str, tuple[int, bytes]]) -> Exception:
    """Undeliverable when each refusal is for good, else the error as it is."""
    if all(code >= FOR_GOOD for code, _ in refused.values()):
        return Undeliverable("; ".join(f"{code} {text!r}" for code, text in refused.values()))
    return error
