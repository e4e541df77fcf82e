"""Keys of rows that only grow: each is drawn from the sequence of its table, never chosen.

Checkpoints cover events by their ids. An id that was chosen far ahead would make all ids before it look lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, text

from grants.db import db
from workflows.engine.message import N_, Message

NUMBERED = (
    "account",
    "award_indicator",
    "decision",
    "document",
    "entry",
    "history",
    "history_words",
    "involvement",
    "more_time",
    "posting",
    "submission",
    "submission_indicator",
    "submission_line",
)
"""The tables that the application only adds to and whose key it may not choose (migration 0012)."""


def drawn(table: str) -> ColumnElement[int]:
    """The newest key that was drawn from the sequence of the table, 0 before the first, as a part of a query.

    A statement evaluates it after it has taken its snapshot, so that no visible row with a drawn key is beyond it.
    """
    sequence: ColumnElement[Any] = literal_column(f"'public.{table}_id_seq'::regclass")
    return func.coalesce(func.pg_sequence_last_value(sequence), 0)


def problems() -> Iterator[Message]:
    """Rows whose key was not drawn from the sequence of their table."""
    for table in NUMBERED:
        beyond = text(
            f"SELECT id FROM {table} WHERE id < 1 OR id > (SELECT coalesce("  # noqa: S608 - names of this module
            f"pg_sequence_last_value('public.{table}_id_seq'::regclass), 0)) ORDER BY id"
        )
        for id in db.session.scalars(beyond):
            finding = N_("%(table)s %(id)s: its number was not drawn from the sequence, but chosen by the writer.")
            yield Message(finding, table=table, id=id)
