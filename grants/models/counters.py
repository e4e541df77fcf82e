"""Counters without gaps, idempotency keys, and the offset of the clock."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import SYSTEM, Model, Stamp


class Counter(Model):
    """The last number used of a kind in a year; incremented at the end of a transaction, so that there are no gaps."""

    __tablename__ = "counter"
    visibility = SYSTEM

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class IdempotencyKey(Model):
    """A form that was already submitted: its idempotency key, the hash of its content and the response."""

    __tablename__ = "repeat"
    PAGE: ClassVar[TextClause] = text("""answer LIKE '{"status": ___, "location": "", %'""")
    """Whether the response is a page, and leads to no other."""
    __table_args__ = (Index("repeat_at_idx", "at"), Index("repeat_page_idx", "at", postgresql_where=PAGE))
    visibility = SYSTEM

    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_sha256: Mapped[str]
    answer: Mapped[str]
    at: Mapped[Stamp]


class ClockOffset(Model):
    """How many seconds the clock of the demo or of a test is ahead. One row; production accepts only 0."""

    __tablename__ = "clock_offset"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seconds: Mapped[int] = mapped_column(server_default="0")
