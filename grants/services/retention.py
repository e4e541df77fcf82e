"""Retention: rows that are needed for a while only are deleted in batches, without waiting for those in use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TextClause, delete, select

from grants.db import db

MOST = 5_000
"""The most rows that one statement deletes. The clock deletes the next ones a minute later."""


def delete_oldest(key: Any, order: Any, *ended: ColumnElement[bool] | TextClause) -> int:
    """Delete the rows whose retention has ended, the oldest first, at most MOST; returns how many.

    key: the column of the primary key. order: by which they are found; a large table has an index on it. ended: which
    rows. A row that somebody has locked is left to the next call.
    """
    found = select(key).where(*ended).order_by(order).limit(MOST).with_for_update(skip_locked=True)
    gone = delete(key.class_).where(key.in_(found)).execution_options(synchronize_session=False)
    return int(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]
