"""Work of the clock that failed and is tried again later."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import SYSTEM, Key, Model, Stamp


class ClockFailure(Model):
    """A task of the clock that failed, on one application or, without one, on everything.

    task: the key of the transition or of the periodic work. A row exists until the task succeeds or is no longer due.
    application_id: without a foreign key, which would wait for the very lock that made the task fail.
    """

    __tablename__ = "clock_failure"
    __table_args__ = (
        UniqueConstraint("task", "application_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("tries > 0", name="was_tried"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    task: Mapped[str]
    application_id: Mapped[int | None] = mapped_column(index=True)
    problem: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default="1")
    at: Mapped[Stamp]
    next_at: Mapped[Stamp]
