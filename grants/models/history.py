"""The history of events, chained by hashes so that every change of a row is detected."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Key, Model
from grants.models.persons import Person


class Event(Model):
    """One event in the history of a subject. `said` is a message (text and values), translated when it is shown.

    stamp: the database cluster and the transaction that wrote the event. A step can only change in the same
    transaction as its event. xact: the number of the transaction, from which a checkpoint knows what it covers.
    """

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "number"),
        CheckConstraint("(person_id IS NULL) = (role = 'clock')", name="only_the_clock_has_no_person"),
        CheckConstraint("previous ~ '^[0-9a-f]{64}$' AND hash ~ '^[0-9a-f]{64}$'", name="hashes_have_their_form"),
        Index("history_about_idx", "about", "about_id"),
        Index("history_xact_idx", "xact"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    subject: Mapped[str]
    subject_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[Instant]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    on_behalf_of: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    via: Mapped[str]
    key: Mapped[str]
    about: Mapped[str]
    about_id: Mapped[int]
    step_from: Mapped[str | None]
    step_to: Mapped[str | None]
    message: Mapped[dict[str, Any]] = mapped_column("said", JSONB)
    audience: Mapped[str] = mapped_column(server_default="all")
    previous: Mapped[str]
    hash: Mapped[str]
    xact: Mapped[int] = mapped_column(BigInteger, FetchedValue())
    stamp: Mapped[str] = mapped_column(FetchedValue())

    person: Mapped[Person | None] = relationship(lazy="joined")
    words: Mapped[list[EventText]] = relationship(lazy="selectin")


class EventText(Model):
    """Free text of an event. The hash chain contains only its salted hash, so erasure can empty the text.

    salt: 32 hexadecimal characters; with another form, a part of the text could pass for a part of the salt.
    """

    __tablename__ = "history_words"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("salt ~ '^[0-9a-f]{32}$'", name="salt_has_its_form"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("history.id"), index=True)
    name: Mapped[str]
    salt: Mapped[str]
    words: Mapped[str]


class Head(Model):
    """The newest event of a subject. Its row is locked when an event is added to the chain."""

    __tablename__ = "history_head"
    __table_args__ = (CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash_has_its_form"),)
    visibility = SYSTEM

    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str]


class Checkpoint(Model):
    """A digest of the history at one time, chained to the previous checkpoint and signed with a key kept elsewhere.

    version: 1 in earlier releases, sealed with an HMAC over the events with ids up to `up_to` of transactions before
    `below`; 2 since then. up_to: the highest id of an event seen. gaps: ids below it that were not visible yet, as
    pairs [first, last] in ascending order. events: how many it is the first to cover. reason: why this checkpoint
    begins an epoch, after a restore that lost the checkpoints up to number `lost_number` of epoch `lost_epoch`.
    """

    __tablename__ = "checkpoint"
    __table_args__ = (
        CheckConstraint(
            "CASE version WHEN 1 THEN below IS NOT NULL AND num_nonnulls(previous, key_id, reason) = 0"
            " WHEN 2 THEN below IS NULL AND num_nonnulls(previous, key_id) = 2 ELSE false END",
            name="form_of_its_version",
        ),
        CheckConstraint(
            "num_nonnulls(reason, lost_epoch, lost_number, lost_digest) IN (0, 4)", name="restore_states_what_was_lost"
        ),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    version: Mapped[int]
    epoch: Mapped[int]
    at: Mapped[Instant]
    up_to: Mapped[int]
    gaps: Mapped[list[list[int]]] = mapped_column(JSONB)
    below: Mapped[int | None] = mapped_column(BigInteger)
    events: Mapped[int]
    previous: Mapped[str | None]
    digest: Mapped[str]
    key_id: Mapped[str | None]
    seal: Mapped[str]
    reason: Mapped[str | None]
    lost_epoch: Mapped[int | None]
    lost_number: Mapped[int | None]
    lost_digest: Mapped[str | None]


class DigestMail(Model):
    """The day on which the digest of the newest checkpoint was mailed to the auditors; the database sets it."""

    __tablename__ = "digest_mail"
    visibility = SYSTEM

    sent_on: Mapped[date] = mapped_column(
        primary_key=True, server_default=text("timezone('UTC'::text, grants_now())::date")
    )
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
