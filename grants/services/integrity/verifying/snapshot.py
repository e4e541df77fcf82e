"""The snapshot that `grants verify` reads: all checks see the same rows, although people go on working."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grants.db import db

ISOLATION = "REPEATABLE READ"
"""Each statement of a weaker level sees what was committed until it began: a check that reads rows and then their
events would accuse a row that was saved in between."""
INSTANT = text("SELECT public.grants_now() - (clock_timestamp() - transaction_timestamp())")


@contextmanager
def taken() -> Iterator[None]:
    """Read one snapshot in the block, and write nothing. A transaction that is open is rolled back."""
    _take()
    try:
        yield
    finally:
        db.session.rollback()


def recover(error: BaseException) -> None:
    """Take a new snapshot if the error has ended the connection. Each check is complete in either of them."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        _take()


def instant() -> datetime:
    """The time of the database when the transaction began. What it shows has the age that it had then."""
    found: datetime = db.session.execute(INSTANT).scalar_one()
    return found


def _take() -> None:
    db.session.rollback()
    db.session.connection(execution_options={"isolation_level": ISOLATION, "postgresql_readonly": True})
