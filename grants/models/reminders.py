"""Reminders that were sent, so that each is sent once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from grants.db import SYSTEM, Key, Model, Stamp


class Reminder(Model):
    """A reminder that was sent about one row for one day.

    kind: what is due. about_id: the row. due_on: the day that it is due. days: before this day if negative, else after
    it. Where the day changes, the reminders of the new day are sent.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("kind", "about_id", "due_on", "days", name="reminder_once_key"),
        CheckConstraint("days <> 0", name="before_or_after"),
        Index("reminder_sent_idx", "sent_at"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    about_id: Mapped[int]
    due_on: Mapped[date]
    days: Mapped[int]
    sent_at: Mapped[Stamp]
