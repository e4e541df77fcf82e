"""The content of a database as text: to compare it, to store it, and to put it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain

Superuser = psycopg.Connection[tuple[Any, ...]]
"""A connection as the superuser, for which no trigger fires.

Reads end with a commit, because psycopg forgets its prepared statements at a rollback.
"""


@dataclass(frozen=True)
class Content:
    """The rows of tables, as lines of text, without empty tables; and the number that each sequence gave out last.

    marks: of each table, what is different after every change of its rows.
    """

    tables: dict[str, bytes]
    numbers: dict[str, int]
    marks: dict[str, tuple[Any, ...]] = field(default_factory=dict, compare=False)

    def rows(self, table: str) -> bytes:
        """The rows of this table."""
        return self.tables.get(table, b"")

    def since(self, before: Content) -> Content:
        """The tables and numbers that are different from `before`."""
        return Content(
            {name: self.rows(name) for name in self.tables | before.tables if self.rows(name) != before.rows(name)},
            {name: last for name, last in self.numbers.items() if last != before.numbers.get(name)},
        )


TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY 1
"""
"""Every table that has held a row."""
NUMBERS = """
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY 1
"""
SET = "SELECT setval(quote_ident(name)::regclass, last) FROM unnest(%s::text[], %s::bigint[]) AS given (name, last)"
UNUSED = "SELECT setval(quote_ident(name)::regclass, 1, false) FROM unnest(%s::text[]) AS given (name)"
"""As if no number had been given out."""


NAMES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
MARK = sql.SQL("SELECT {}, count(*), sum(hashtextextended(t::text, 0)) FROM {} t")


def superuser(server: Postgres, database: str) -> Superuser:
    """A new connection to that database.

    Triggers are off from the start, because PostgreSQL discards all plans of a connection that switches them off later.
    """
    url = plain(server.url("postgres", database))
    return psycopg.connect(url, options="-c session_replication_role=replica", prepare_threshold=0)


def taken(connection: Superuser) -> Content:
    """The whole content of the database of the connection."""
    names = [name for (name,) in connection.execute(TABLES)]
    numbers: dict[str, int] = dict(connection.execute(NUMBERS).fetchall())
    tables = {name: rows for name in names if (rows := _read(connection, name))}
    content = Content(tables, numbers, marks(connection))
    connection.commit()
    return content


def marks(connection: Superuser) -> dict[str, tuple[Any, ...]]:
    """A mark of each table, in one statement: to read all rows of all tables takes several times as long."""
    names = tuple(name for (name,) in connection.execute(NAMES))
    return {row[0]: row[1:] for row in connection.execute(_marking(names))}


@cache
def _marking(names: tuple[str, ...]) -> bytes:
    return (
        sql.SQL(" UNION ALL ").join(MARK.format(sql.Literal(name), sql.Identifier(name)) for name in names).as_bytes()
    )


def put(connection: Superuser, content: Content) -> None:
    """Replace the rows of these tables in one transaction; what triggers derive is among the tables."""
    for name, rows in content.tables.items():
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
            copy.write(rows)
    connection.execute(SET, [[*content.numbers], [*content.numbers.values()]])
    connection.commit()


def restore(connection: Superuser, start: Content) -> None:
    """Undo every change of rows and numbers since `start`."""
    given: dict[str, int] = dict(connection.execute(NUMBERS).fetchall())
    connection.execute(UNUSED, [[*given.keys() - start.numbers.keys()]])
    changed = [name for name, mark in marks(connection).items() if mark != start.marks[name]]
    put(connection, Content({name: start.rows(name) for name in changed}, start.numbers))


def _read(connection: Superuser, name: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
        lines: list[bytes] = b"".join(bytes(chunk) for chunk in copy).splitlines(keepends=True)
    # In the order of the first column, mostly an id: that on the pages of the table depends on what was deleted before.
    lines.sort(key=lambda line: (len(line.partition(b"\t")[0]), line))
    return b"".join(lines)
