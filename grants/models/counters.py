"""Numbers without gaps, and the keys of requests already answered."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import SYSTEM, Model, Stamp


class Counter(Model):
    """The last number given of a kind in a year; taken last in a transaction, so that there are no gaps."""

    __tablename__ = "counter"
    seen = SYSTEM

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Repeat(Model):
    """A form that was sent once already: the hidden key, a hash of what was sent, and the answer given."""

    __tablename__ = "repeat"
    seen = SYSTEM

    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_sha256: Mapped[str]
    answer: Mapped[str]
    at: Mapped[Stamp]


class ClockOffset(Model):
    """How far the demo's and the tests' clock is ahead. One row; refused in production when it is not zero."""

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    seen = SYSTEM

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seconds: Mapped[int] = mapped_column(server_default="0")
