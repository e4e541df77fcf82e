"""Replies by mail: whose they are, on which application, and why some are not stored."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import select

from grants.db import db, now
from grants.models import Correspondence, MessageMail
from grants.queries import recipients
from grants.services import locking, outbox
from grants.services.correspondence import mails, messages
from grants.services.correspondence.messages import Received
from grants.services.refusals import Refused
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor, Role
from workflows.forms.extent import CHARACTERS
from workflows.mails.messages import NOT_TAKEN

QUOTED = 20_000
"""The most characters of a quoted mail that are stored."""
LARGE = N_("Your email is larger than 5 MB. Write your message on the page.")
LONG = N_("Your email has more than %(most)s characters. Write a shorter message on the page.")
EMPTY = N_("We found no text in your email. Write your message on the page.")
LATE = N_("The reply address of our email has expired. Write your message on the page.")
log = logging.getLogger("grants.replies")


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that has arrived, with its texts cleaned.

    tokens: of the reply addresses that it was sent to. sender: its address, in small letters. identifier: the hash of
    its Message-ID. automatic: nobody wrote it, such as an out-of-office reply. bounce: why our mail came back, if it is
    such a report. large: too large to be read, so that only the headers are known. files: number of attachments.
    """

    tokens: tuple[str, ...]
    sender: str
    identifier: str
    automatic: bool = False
    bounce: str = ""
    large: bool = False
    body: str = ""
    quoted: str = ""
    files: int = 0


def take(reply: Reply) -> None:
    """Store a reply as a message, note a mail that came back, or refuse the reply by a mail to the person of its token.

    Nothing is answered to anybody else, and automatic mails are never answered. The token authenticates; a mail from
    another address than the person's own is held back for the Foundation, because a mail with the token may have been
    forwarded. The same mail is stored once.
    """
    known = mails.found(reply.tokens)
    if not known:
        log.info("a mail without a known reply address was left out")
        return
    mail = next((one for one in known if one.person.email == reply.sender), known[0])
    if reply.bounce:
        mails.came_back(mail, problem=reply.bounce)
    elif reply.automatic or not _entitled(mail):
        log.info("an automatic mail, or one of a person without access, was left out")
    elif reason := _objection(mail, reply):
        _refuse(mail, reason)
    else:
        _store(mail, reply)


def _entitled(mail: MessageMail) -> bool:
    return recipients.entitled([mail.person], mail.message.application_id, [Role(mail.role)]) != []


def _objection(mail: MessageMail, reply: Reply) -> Message | None:
    """Why the reply is not stored; None if it can be."""
    if mail.ends_at <= now():
        return Message(LATE)
    if reply.large:
        return Message(LARGE)
    if len(reply.body) > CHARACTERS:
        return Message(LONG, most=CHARACTERS)
    return None if reply.body else Message(EMPTY)


def _refuse(mail: MessageMail, reason: Message) -> None:
    """Mail the reason to the person of the reply address, never to the sender, whose address anybody can write."""
    application = mail.message.application
    outbox.mail(
        outbox.Mail(
            [mail.person],
            NOT_TAKEN,
            {"title": application.title, "reason": reason},
            application=application,
            role=Role(mail.role),
            path=f"/applications/{application.id}/messages",
        )
    )


def _store(mail: MessageMail, reply: Reply) -> None:
    application, role = mail.message.application, Role(mail.role)
    behalf = application.organisation_id if role is Role.APPLICANT else None
    actor = Actor(person=mail.person_id, role=role, on_behalf_of=behalf, via="mail")
    try:
        locking.hold(application, actor=actor)
        if db.session.scalar(select(Correspondence.id).where(Correspondence.mail_sha256 == reply.identifier)):
            return
        messages.send(application, body=reply.body, actor=actor, received=_received(mail, reply))
    except Refused as refused:
        _refuse(mail, refused.reasons[0])


def _received(mail: MessageMail, reply: Reply) -> Received:
    return Received(
        mail_sha256=reply.identifier,
        quoted=reply.quoted[:QUOTED],
        files=reply.files,
        held_from="" if mail.person.email == reply.sender else reply.sender,
        in_reply_to=mail.message_id,
    )
