"""The mails of messages: written from the message itself, with a reply address and the headers of their thread."""

from __future__ import annotations

from datetime import timedelta
from email.message import Message as Email
from email.utils import formataddr

from sqlalchemy import select

from grants import language
from grants.db import db, transaction
from grants.jobs.mail_headers import identifier, message_to
from grants.jobs.program import settings
from grants.language import Wording
from grants.models import Correspondence, Person
from grants.models.correspondence import APPLICANT, FOUNDATION
from grants.outside.mail import send as deliver
from grants.services import outbox
from grants.services.correspondence import mails
from reports.snapshots.facts import FOUNDATION as NAME
from workflows.deadlines import ANSWER_DAYS
from workflows.engine.message import N_, Message
from workflows.engine.roles import Role

GONE = "Not sent: the text of the message was erased."
SUBJECTS = {
    FOUNDATION: N_("Read our message: %(title)s"),
    APPLICANT: N_("Answer by %(day)s: %(title)s"),
}
"""By the side of the author."""
LEADS = {
    FOUNDATION: N_("%(name)s of the Internet Society Foundation has written to you about “%(title)s”:"),
    APPLICANT: N_("%(name)s of %(organisation)s has written to us about “%(title)s”:"),
}
HELD = N_(
    "An email from %(address)s was sent with the reply address of %(name)s of %(organisation)s. It is about "
    "“%(title)s” and is not shown to the applicant:"
)
REPLY = N_("Reply to this email from this address, or answer on the page. Attachments are not taken over.")
ON_PAGE = N_("Answer on the page. A reply to this email does not reach us.")
PAGE = N_("Open the messages: %(address)s")
CONTACT = N_("Your contact is %(name)s, %(email)s.")
TEXTS = (*SUBJECTS.values(), *LEADS.values(), HELD, REPLY, ON_PAGE, PAGE, CONTACT)
"""Every sentence of these mails, beside the greeting."""


def send(held: outbox.Claim, person: Person) -> None:
    """Send the mail of a message to this person, who may be written to; the address of the person may answer it."""
    message = db.session.get_one(Correspondence, int(held.args["message"]))
    if not message.body:
        db.session.remove()
        outbox.finish(held, problem=GONE)
        return
    ours, token = settings(), ""
    if ours.reply_domain:
        db.session.remove()
        with transaction():
            token = mails.issue(message, person, Role(held.args["role"]))
    address = f"reply+{token}@{ours.reply_domain}" if token else ""
    mail = written(held, db.session.merge(message), person, address)
    db.session.remove()
    deliver(ours, mail, bounces_to=address)
    outbox.finish(held)


def written(held: outbox.Claim, message: Correspondence, person: Person, address: str) -> Email:
    """The mail as it is sent. address: where a reply goes; empty if replies do not reach us.

    The text of the message stands as its author wrote it; everything around it is in the language of the recipient.
    """
    wording = language.of_mail(person.language_of_mails, person.timezone)
    application = message.application
    values = {"title": application.title, "name": message.person.name, "organisation": application.organisation.name}
    due = (message.sent_at + timedelta(days=ANSWER_DAYS)).date()
    subject = wording.translate(Message(SUBJECTS[message.side], title=application.title, day=due))
    lead = Message(LEADS[message.side], **values)
    if message.held_from:
        lead = Message(HELD, address=message.held_from, **values)
    parts = (
        wording.translate(Message("Dear %(name)s,", name=person.name)),
        wording.translate(lead),
        message.body,
        wording.translate(Message(REPLY if address else ON_PAGE)),
        *_contact(message, wording),
        wording.translate(Message(PAGE, address=f"{settings().address}/applications/{application.id}/messages")),
        NAME,
    )
    mail = message_to(person.email, held, subject, parts)
    _thread(mail, message, person)
    if address:
        mail["Reply-To"] = formataddr((NAME, address))
    return mail


def _contact(message: Correspondence, wording: Wording) -> tuple[str, ...]:
    """Whom the applicant can ask: the author of the message."""
    if message.side == APPLICANT:
        return ()
    return (wording.translate(Message(CONTACT, name=message.person.name, email=message.person.email)),)


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
