"""Sending mail in the language of its recipient."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from email.header import Header
from email.message import Message as Email
from email.mime.text import MIMEText
from email.utils import format_datetime

from babel.dates import format_date
from babel.dates import format_datetime as format_instant
from babel.numbers import format_decimal, get_currency_precision

from config import LANGUAGES
from grants.db import db, now
from grants.jobs.program import settings
from grants.models import Person
from grants.outside.mail import send as deliver
from grants.services import outbox
from workflows.engine.message import Message, Money, Value


def send(held: outbox.Claim) -> None:
    """Send the mail of an outbox row. A retry has the same Message-ID, so that the receiver can drop duplicates."""
    person = db.session.get_one(Person, int(held.args["person"]))
    message = written(held, person)
    db.session.remove()
    deliver(settings(), message)
    outbox.finish(held)


def written(held: outbox.Claim, person: Person) -> Email:
    """The mail as it is sent.

    The subject is encoded as a whole. Python's newer EmailMessage encodes a subject with several scripts word by word
    and loses spaces between words (tested with Python 3.11).
    """
    ours = settings()
    text = translate(Message.from_json(held.args["text"]), _language(person))
    message = MIMEText(f"{text}\n\n{ours.address}{held.args['path']}\n", _charset="utf-8")
    subject = " ".join(translate(Message.from_json(held.args["subject"]), _language(person)).split())[:180]
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = ours.mail_from, person.email
    message["Date"] = format_datetime(now())
    name = hashlib.sha256(f"{ours.address}:outbox:{held.id}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{ours.mail_from.rpartition('@')[2]}>"
    return message


def translate(message: Message, language: str) -> str:
    """The message with its values formatted in this language."""
    return message.text % {name: _value(value, language) for name, value in message.values.items()}


def _value(value: Value, language: str) -> str:
    match value:
        case Money(amount, currency):
            places = get_currency_precision(currency)
            pattern = "#,##0" + ("." + "0" * places if places else "")
            return f"{currency}\N{NO-BREAK SPACE}{format_decimal(amount, pattern, locale=language)}"
        case datetime():
            return f"{format_instant(value, 'd MMMM y, HH:mm', tzinfo=None, locale=language)} UTC"
        case date():
            return format_date(value, "d MMMM y", locale=language)
        case Decimal():
            return format_decimal(value, locale=language)
        case _:
            return str(value)


def _language(person: Person) -> str:
    """The person's language if mails support it, else English, so that a mail never mixes two languages."""
    return person.language if person.language in LANGUAGES else "en"
