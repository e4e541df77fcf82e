"""What happened, in order, chained by hashes so that no row can be changed unseen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import SYSTEM, Instant, Key, Model
from grants.models.persons import Person


class Event(Model):
    """One entry of a subject's history. The sentence is stored as text and values, to be said in any language.

    `xact` is the transaction that wrote it: a step may change only together with its event.
    """

    __tablename__ = "history"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "number"),
        CheckConstraint("(person_id IS NULL) = (role = 'clock')", name="only_the_clock_has_no_person"),
        Index("history_about_idx", "about", "about_id"),
        Index("history_xact_idx", "xact"),
    )
    seen = SYSTEM

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
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    audience: Mapped[str] = mapped_column(server_default="all")
    previous: Mapped[str]
    hash: Mapped[str]
    xact: Mapped[int] = mapped_column(BigInteger, FetchedValue())

    person: Mapped[Person | None] = relationship(lazy="joined")
    words: Mapped[list[EventWords]] = relationship(lazy="selectin")


class EventWords(Model):
    """Free words that belong to an event. The chain holds only their salted hash, so erasure may empty them."""

    __tablename__ = "history_words"
    __table_args__ = (UniqueConstraint("event_id", "name"),)
    seen = SYSTEM

    id: Mapped[Key]
    event_id: Mapped[int] = mapped_column(ForeignKey("history.id"), index=True)
    name: Mapped[str]
    salt: Mapped[str]
    words: Mapped[str]


class Head(Model):
    """The newest event of a subject; its row is the lock under which the chain grows."""

    __tablename__ = "history_head"
    seen = SYSTEM

    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    hash: Mapped[str]


class Checkpoint(Model):
    """What history held at one instant, hashed onto the checkpoint before it and sealed with a key kept elsewhere.

    It covers the events up to number `up_to` of transactions before `below`: numbers are given before transactions
    end, so a number alone would let a slow transaction come in behind the seal.
    """

    __tablename__ = "checkpoint"
    seen = SYSTEM

    id: Mapped[Key]
    at: Mapped[Instant]
    up_to: Mapped[int]
    below: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]
    digest: Mapped[str]
    seal: Mapped[str]
