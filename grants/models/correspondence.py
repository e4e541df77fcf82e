"""Correspondence: messages between an applicant and the Foundation, and the internal notes of the Foundation."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Key, Model, Side, Stamp, Visibility, visible_through
from grants.models.applications import Application
from grants.models.persons import Person

APPLICANT, FOUNDATION = SIDES = ("applicant", "foundation")
PAGE, MAIL = WAYS = ("page", "mail")


class Correspondence(Model):
    """A message on an application. Rows are only added; an erasure empties `body` and `quoted`, nothing else changes.

    award_id, report_id: what it is about, beside the application. side: of the author, `person_id`. via: the page, or a
    reply by mail. quoted: what the reply repeated of the mail that it answers. files: how many attachments of the mail
    were not taken over. held_from: the address of a mail that did not come from the person's own address; only the
    Foundation sees such a message. mail_sha256: the hash of the identifier of the mail, so that it is stored only once.
    sha256: of body and quoted text, with `salt`.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"side IN {SIDES}", name="side_is_known"),
        CheckConstraint(f"via IN {WAYS}", name="way_is_known"),
        CheckConstraint("(via = 'mail') = (mail_sha256 IS NOT NULL)", name="mail_has_its_identifier"),
        CheckConstraint("via = 'mail' OR (quoted = '' AND files = 0 AND held_from = '')", name="page_quotes_nothing"),
        CheckConstraint("files >= 0", name="files_are_counted"),
        CheckConstraint("mail_sha256 ~ '^[0-9a-f]{64}$'", name="identifier_is_a_hash"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$' AND salt ~ '^[0-9a-f]{32}$'", name="text_has_its_hash"),
        Index("message_application_idx", "application_id", "id"),
    )
    visibility = Visibility(root="message")

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    side: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[Stamp]
    via: Mapped[str] = mapped_column(server_default=PAGE)
    language: Mapped[str] = mapped_column(server_default="en")
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    mail_sha256: Mapped[str | None] = mapped_column(unique=True)
    held_from: Mapped[str] = mapped_column(server_default="")
    files: Mapped[int] = mapped_column(server_default="0")
    sha256: Mapped[str]
    salt: Mapped[str]
    body: Mapped[str]
    quoted: Mapped[str] = mapped_column(server_default="")

    application: Mapped[Application] = relationship()
    person: Mapped[Person] = relationship()


class MessageRead(Model):
    """That a person has opened the page with a message. settled_at: when they marked that it needs no answer."""

    __tablename__ = "message_read"
    visibility = SYSTEM

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    read_at: Mapped[Stamp]
    settled_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship()


class MessageMail(Model):
    """The mail of a message to one person, whose reply address contains a random token; this table has its hash.

    role: in which the person gets it and can answer, until `ends_at`. returned_at: when it came back, with the reason.
    """

    __tablename__ = "message_mail"
    __table_args__ = (
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_is_a_hash"),
        CheckConstraint("role IN ('applicant', 'officer')", name="role_answers"),
        CheckConstraint("ends_at > created_at", name="ends_after_it_begins"),
        CheckConstraint("returned_at IS NOT NULL OR problem = ''", name="problem_of_what_came_back"),
    )
    visibility = SYSTEM

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    created_at: Mapped[Stamp]
    ends_at: Mapped[Instant] = mapped_column(index=True)
    returned_at: Mapped[Instant | None]
    problem: Mapped[str] = mapped_column(server_default="")

    message: Mapped[Correspondence] = relationship()
    person: Mapped[Person] = relationship()


class Note(Model):
    """An internal note of the Foundation on an application. No page, mail or export of an applicant reads this table.

    Rows are only added; an erasure empties `body`. sha256: of the body, with `salt`.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$' AND salt ~ '^[0-9a-f]{32}$'", name="text_has_its_hash"),
        Index("note_application_idx", "application_id", "id"),
    )
    visibility = visible_through("application_id", Side.OFFICE)

    id: Mapped[Key]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[Stamp]
    sha256: Mapped[str]
    salt: Mapped[str]
    body: Mapped[str]

    person: Mapped[Person] = relationship()
