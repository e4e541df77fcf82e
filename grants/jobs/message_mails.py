"""The mails of messages: written from the message itself, with a reply address and the headers of their thread."""

from __future__ import annotations

from datetime import timedelta
from email.message import Message as Email
from email.utils import formataddr

from sqlalchemy import select

from grants import language
from grants.db import db, transaction
from grants.jobs import mail_texts
from grants.jobs.mail_headers import identifier, message_to
from grants.jobs.mail_texts import CONTACT
from grants.jobs.program import settings
from grants.models import Correspondence, Person
from grants.models.correspondence import APPLICANT, FOUNDATION
from grants.outside.mail import send as deliver
from grants.services import outbox
from grants.services.correspondence import mails
from reports.snapshots.facts import FOUNDATION as NAME
from workflows.deadlines import ANSWER_DAYS
from workflows.engine.message import Message, Value
from workflows.engine.roles import Role
from workflows.mails.messages import HELD, ON_PAGE, PAGE, REPLY, TO_APPLICANT, TO_OFFICER, VIEW_ONLY

GONE = "Not sent: the text of the message was erased."
BY_SIDE = {FOUNDATION: TO_APPLICANT, APPLICANT: TO_OFFICER}
"""The mail of a message, by the side of its author."""


def send(held: outbox.Claim, person: Person) -> None:
    """Send the mail of a message to this person, who may be written to; the address of the person may answer it."""
    message = db.session.get_one(Correspondence, int(held.args["message"]))
    if not message.body:
        db.session.remove()
        outbox.finish(held, problem=GONE)
        return
    ours, token, role = settings(), "", Role(held.args["role"])
    answers = mails.may_answer(message, person, role)
    if ours.reply_domain and answers:
        db.session.remove()
        with transaction():
            token = mails.issue(message, person, role)
    address = f"reply+{token}@{ours.reply_domain}" if token else ""
    mail = written(held, db.session.merge(message), person, address, answers=answers)
    db.session.remove()
    deliver(ours, mail, bounces_to=address)
    outbox.finish(held)


def written(
    held: outbox.Claim, message: Correspondence, person: Person, address: str, *, answers: bool = True
) -> Email:
    """The mail as it is sent. address: where a reply goes; empty if none reaches us. answers: whether they may answer.

    The text of the message stands as its author wrote it; everything around it is in the language of the recipient.
    """
    wording = language.of_mail(person.language_of_mails, person.timezone)
    application = message.application
    notification = HELD if message.held_from else BY_SIDE[message.side]
    values: dict[str, Value] = {
        "title": application.title,
        "name": message.person.name,
        "organisation": application.organisation.name,
        "day": (message.sent_at + timedelta(days=ANSWER_DAYS)).date(),
        "address": message.held_from,
    }
    page = f"{settings().address}/applications/{application.id}/messages"
    texts = (
        notification.body(values),
        Message(REPLY if address else ON_PAGE if answers else VIEW_ONLY),
        *_contact(message),
        Message(PAGE, address=page),
    )
    greeting, lead, *others = mail_texts.complete(wording, person.name, texts)
    subject = wording.translate(notification.headline(values))
    mail = message_to(
        person.email, held, wording, subject, (greeting, lead, message.body, *others), quoted=message.body
    )
    _thread(mail, message, person)
    if address:
        mail["Reply-To"] = formataddr((NAME, address))
    return mail


def _contact(message: Correspondence) -> tuple[Message, ...]:
    """Whom the applicant can ask: the author of the message."""
    if message.side == APPLICANT:
        return ()
    return (Message(CONTACT, name=message.person.name, email=message.person.email),)


def _thread(mail: Email, message: Correspondence, person: Person) -> None:
    """The identifiers by which mail programs show the mails of one application together."""
    root = identifier(f"messages:{message.application_id}")
    earlier = db.session.scalar(
        select(Correspondence.id)
        .where(
            Correspondence.application_id == message.application_id,
            Correspondence.side == message.side,
            Correspondence.id < message.id,
        )
        .order_by(Correspondence.id.desc())
        .limit(1)
    )
    before = identifier(f"message:{earlier}:{person.id}") if earlier else root
    del mail["Message-ID"]
    mail["Message-ID"] = identifier(f"message:{message.id}:{person.id}")
    mail["In-Reply-To"] = before
    mail["References"] = " ".join(dict.fromkeys((root, before)))
