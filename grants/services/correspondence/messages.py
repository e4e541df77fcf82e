"""Messages between an applicant and the Foundation, and the internal notes of the Foundation."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from grants.db import GRANTS_NOW, db
from grants.models import Application, Award, Correspondence, MessageRead, Note, Person, Report
from grants.models.correspondence import APPLICANT, FOUNDATION, MAIL, PAGE
from grants.queries import recipients
from grants.services import locking, outbox
from grants.services.integrity import history
from grants.services.integrity.history import About
from grants.services.integrity.verifying.messages import text_hash
from grants.services.integrity.verifying.submissions import ERASE
from grants.services.refusals import Refused
from workflows.engine.message import Message
from workflows.engine.roles import Actor, Role

UNSENT = Message("You can write a message about this application after it has been submitted.")
NOBODY = Message("No programme officer can read this application at the moment. Write to the contact of the call.")
TITLES = {
    APPLICANT: Message("Message sent to the Foundation"),
    FOUNDATION: Message("Message sent to the applicant"),
}
"""What history says of a message, by the side of its author. The text itself is in no event."""
HELD = Message("Email from another address held back")


@dataclass(frozen=True, slots=True)
class Received:
    """What a message that came by mail has beside its text. The fields are those of the table."""

    mail_sha256: str
    quoted: str = ""
    files: int = 0
    held_from: str = ""
    in_reply_to: int | None = None


def send(
    application: Application,
    *,
    body: str,
    actor: Actor,
    topic: Award | Report | None = None,
    received: Received | None = None,
) -> Correspondence:
    """Store a message of the actor, record it in history, and queue its mails to the other side.

    topic: what it is about, beside the application, to which it belongs. A message that is held back is shown and
    mailed to the Foundation only, whoever's reply address it came to. Raises Refused before the application is
    submitted, and for an applicant whom no officer would read.
    """
    locking.hold(application, actor=actor)
    side, held = APPLICANT if actor.role is Role.APPLICANT else FOUNDATION, bool(received and received.held_from)
    to = Role.OFFICER if side == APPLICANT or held else Role.APPLICANT
    readers = recipients.of(application, to)
    if application.reference is None:
        raise Refused(UNSENT)
    if not readers and side == APPLICANT:
        raise Refused(NOBODY)
    row = _new(application, side, body, actor)
    row.award_id, row.report_id = _topic(topic)
    if received:
        _receive(row, received)
    row.sha256 = text_hash(row.salt, row.body, row.quoted)
    db.session.add(row)
    db.session.flush()
    history.record(
        About("application", application.id, Correspondence.__tablename__, row.id),
        actor=actor,
        key="message",
        message=HELD if held else TITLES[side],
        audience="office" if held else "all",
    )
    outbox.mail_message(readers, application=application, role=to, message=row.id)
    return row


def _new(application: Application, side: str, body: str, actor: Actor) -> Correspondence:
    author = db.session.get_one(Person, actor.person)
    return Correspondence(
        application_id=application.id,
        side=side,
        person_id=author.id,
        via=PAGE,
        language=author.language,
        body=body,
        quoted="",
        held_from="",
        salt=secrets.token_hex(16),
    )


def _topic(topic: Award | Report | None) -> tuple[int | None, int | None]:
    """The ids of the award and of the report that a message is about."""
    if isinstance(topic, Report):
        return topic.award_id, topic.id
    return (topic.id if topic else None), None


def _receive(row: Correspondence, received: Received) -> None:
    row.via, row.mail_sha256, row.quoted = MAIL, received.mail_sha256, received.quoted
    row.files, row.held_from, row.in_reply_to = received.files, received.held_from, received.in_reply_to


def note(application: Application, *, body: str, actor: Actor) -> Note:
    """Store an internal note. History says that there is one; its text is in no event and in no mail."""
    locking.hold(application, actor=actor)
    salt = secrets.token_hex(16)
    row = Note(
        application_id=application.id,
        person_id=actor.person,
        body=body,
        salt=salt,
        sha256=text_hash(salt, body),
    )
    db.session.add(row)
    db.session.flush()
    about = About("application", application.id, Note.__tablename__, row.id)
    history.record(about, actor=actor, key="note", message=Message("Internal note added"), audience="office")
    return row


def read(person: int, messages: Iterable[Correspondence]) -> None:
    """Note that the person has opened the page with these messages; a second time changes nothing."""
    rows = [{"message_id": one.id, "person_id": person} for one in messages]
    if rows:
        db.session.execute(insert(MessageRead).values(rows).on_conflict_do_nothing())


def settle(message: Correspondence, *, actor: Actor) -> None:
    """Note that a message of the applicant, with all earlier ones, needs no answer of the Foundation."""
    locking.hold(message.application, actor=actor)
    until = select(Correspondence.id).where(
        Correspondence.application_id == message.application_id,
        Correspondence.side == APPLICANT,
        Correspondence.id <= message.id,
    )
    rows = [{"message_id": id, "person_id": actor.person, "settled_at": GRANTS_NOW} for id in db.session.scalars(until)]
    fresh = insert(MessageRead).values(rows)
    db.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["message_id", "person_id"],
            set_={"settled_at": func.coalesce(MessageRead.settled_at, fresh.excluded.settled_at)},
        )
    )


def erase(row: Correspondence | Note, *, reason: str, actor: Actor) -> None:
    """Erase the text of a message or a note; its hash and facts stay.

    An event says so; the database erases it only with that event in the same transaction.
    """
    application, table = db.session.get_one(Application, row.application_id), row.__tablename__
    locking.hold(application, actor=actor)
    message = Message("Text of a message erased")
    if isinstance(row, Note):
        message = Message("Text of an internal note erased")
    about = About("application", application.id, table, row.id)
    history.record(about, actor=actor, key=ERASE, message=message, words={"reason": reason}, audience="office")
    erased = func.erase_message if isinstance(row, Correspondence) else func.erase_note
    db.session.execute(select(erased(row.id)))
    db.session.expire(row)
