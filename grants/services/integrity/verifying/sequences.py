"""Keys of rows that only grow: each is drawn from the sequence of its table, never chosen.

Checkpoints cover events by their ids. An id that was chosen far ahead would make all ids before it look lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select

from grants.db import db
from workflows.engine.message import N_, Message

NUMBERED = (
    "account",
    "attachment",
    "attachment_preview",
    "award_indicator",
    "decision",
    "document",
    "entry",
    "history",
    "history_words",
    "involvement",
    "message",
    "more_time",
    "note",
    "organisation_document",
    "organisation_profile",
    "posting",
    "repayment",
    "submission",
    "submission_indicator",
    "submission_line",
)
"""The tables that the application only adds to, under keys that it does not choose (migrations 0012 to 0028)."""


def drawn(table: str) -> ColumnElement[int]:
    """The newest key that was drawn from the sequence of the table, 0 before the first, as a part of a query.

    A statement evaluates it after it has taken its snapshot, so that no visible row with a drawn key is beyond it.
    """
    sequence: ColumnElement[Any] = literal_column(f"'public.{table}_id_seq'::regclass")
    return func.coalesce(func.pg_sequence_last_value(sequence), 0)


def problems() -> Iterator[Message]:
    """Rows whose key was not drawn from the sequence of their table."""
    for name in NUMBERED:
        key = db.metadata.tables[name].c.id
        chosen = select(key).where(or_(key < 1, key > select(drawn(name)).scalar_subquery())).order_by(key)
        for id in db.session.scalars(chosen):
            finding = N_("%(table)s %(id)s: its number was not drawn from the sequence, but chosen by the writer.")
            yield Message(finding, table=name, id=id)
