"""Mails that wait for the daily email of their recipient, and the daily emails that were ordered."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import SYSTEM, Model, Stamp


class DailyMail(Model):
    """The daily email of a person. day: in their time zone."""

    __tablename__ = "daily_mail"
    __table_args__ = (
        UniqueConstraint("person_id", "day", name="daily_mail_once_key"),
        Index("daily_mail_made_idx", "made_at"),
    )
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    made_at: Mapped[Stamp]


class CollectedMail(Model):
    """A mail that is not sent on its own. args: as in its row of the outbox.

    daily_mail_id: the daily email with it; without one it waits. left_out: why the daily email does not have it.
    """

    __tablename__ = "collected_mail"
    __table_args__ = (
        CheckConstraint("left_out = '' OR daily_mail_id IS NOT NULL", name="left_out_of_one"),
        Index("collected_mail_waiting_idx", "person_id", postgresql_where=text("daily_mail_id IS NULL")),
    )
    visibility = SYSTEM

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    args: Mapped[dict[str, Any]] = mapped_column(JSONB)
    collected_at: Mapped[Stamp]
    daily_mail_id: Mapped[int | None] = mapped_column(ForeignKey("daily_mail.id", ondelete="CASCADE"), index=True)
    left_out: Mapped[str] = mapped_column(server_default="")
