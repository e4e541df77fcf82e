"""The outbox: work for outside systems, written in the same transaction as its cause."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from grants.db import SYSTEM, Instant, Key, Model, Stamp


class Outbox(Model):
    """One unit of work.

    attempts: the fencing token of the worker that claimed it last. next_at: when the relay enqueues it next.
    not_before: the end of the pause after a failed attempt, before which nobody can claim it. lost: how many claims
    ended without a result, because the worker stopped.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting_idx", "next_at", postgresql_where=text("done_at IS NULL AND dead_at IS NULL")),
        Index("outbox_unfinished_idx", text("(args ->> 'document')"), postgresql_where=text("done_at IS NULL")),
        Index("outbox_sent_idx", "done_at", postgresql_where=text("kind <> 'document' AND done_at IS NOT NULL")),
        Index("outbox_unchecked_idx", text("(args ->> 'attachment')"), postgresql_where=text("done_at IS NULL")),
        Index(
            "outbox_message_idx",
            text("(args ->> 'message')"),
            postgresql_where=text("(args ->> 'message') IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('document', 'inspection', 'mail')", name="kind_is_known"),
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="one_end"),
    )
    visibility = SYSTEM

    id: Mapped[Key]
    kind: Mapped[str]
    queue: Mapped[str]
    args: Mapped[dict[str, object]] = mapped_column(JSONB)
    created_at: Mapped[Stamp]
    next_at: Mapped[Stamp]
    not_before: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    lost: Mapped[int] = mapped_column(server_default="0")
    leased_until: Mapped[Instant | None]
    done_at: Mapped[Instant | None]
    dead_at: Mapped[Instant | None]
    problem: Mapped[str] = mapped_column(server_default="")
