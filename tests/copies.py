"""What a test process has built once is copied row by row into the next empty database: a tenth of the time."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql

from grants.db import Model

WRITTEN_BY_TRIGGERS = {"balance", "total"}
NOT_OURS = {"clock_offset"}

Rows = dict[str, bytes]


def taken(url: str) -> Rows:
    """Every row of every table, in the order in which they can be put back. url: as the owner, for psycopg."""
    with psycopg.connect(url) as owner, owner.cursor() as cursor:
        return {name: b"".join(_read(cursor, name)) for name in _tables()}


def put(url: str, rows: Rows) -> None:
    """Put them into an empty database in one transaction; balances follow by the ledger's own triggers."""
    with psycopg.connect(url) as owner, owner.cursor() as cursor:
        for name in (name for name in _tables() if rows[name]):
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copy:
                copy.write(rows[name])
        for name in _numbered():
            last = sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {} HAVING max(id) IS NOT NULL"
            )
            cursor.execute(last.format(sql.Literal(name), sql.Identifier(name)))


def _read(cursor: psycopg.Cursor[tuple[object, ...]], name: str) -> Iterator[bytes]:
    with cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _tables() -> list[str]:
    return [t.name for t in Model.metadata.sorted_tables if t.name not in WRITTEN_BY_TRIGGERS | NOT_OURS]


def _numbered() -> list[str]:
    return [
        t.name for t in Model.metadata.sorted_tables if t.name not in NOT_OURS and t.autoincrement_column is not None
    ]
