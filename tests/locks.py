"""Records in which order a program locks rows, and which rows change without being held.

Statements are read before the cursor executes them, or afterwards from the log of the server. Rolling back to a
savepoint releases the locks since then. A plain UPDATE locks too, so one on a table of the order that was neither
locked nor inserted into by the same transaction is a finding.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from grants.db import Model, db
from grants.models import (
    ApplicationSave,
    Appointment,
    AwardLine,
    Conflict,
    Draft,
    Membership,
    Payment,
    ReportFigure,
    ReportSpending,
    Review,
)
from grants.services import locking

TABLES = tuple(model.__tablename__ for model in locking.ORDER)
LOCKED = re.compile(r"\bFOR (?:NO KEY UPDATE|UPDATE|SHARE|KEY SHARE)\b(?: OF (\w+(?:, \w+)*))?")
FROM = re.compile(r"\bFROM (\w+)\b")
CHANGED = re.compile(r"^\s*(UPDATE|DELETE FROM|INSERT INTO) (\w+)")
OWNERS: dict[type[Model], tuple[str, str]] = {
    Appointment: ("person", "person_id"),
    Conflict: ("application", "application_id"),
    Membership: ("person", "person_id"),
    ApplicationSave: ("application", "application_id"),
    AwardLine: ("award", "award_id"),
    Draft: ("application", "application_id"),
    ReportFigure: ("report", "report_id"),
    ReportSpending: ("report", "report_id"),
    Review: ("assignment", "assignment_id"),
    Payment: ("batch", "batch_id"),
}
"""Rows that are changed under the lock of another: its table, and the column with its id."""


@dataclass
class Locks:
    """What was found. pairs: how often a table was locked right after another; statements: how many were read."""

    inversions: Counter[str] = field(default_factory=Counter)
    unheld: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def findings(self) -> list[str]:
        """Every finding once."""
        return sorted({*self.inversions, *self.unheld})

    def read(self, statement: str, before: list[str]) -> None:
        """Take in one statement of a transaction. before: the tables that it has locked so far, in order."""
        if statement.startswith("SAVEPOINT"):
            before.append(statement.strip())
            return
        if statement.startswith(UNDO):
            del before[before.index(statement.removeprefix(UNDO).strip()) + 1 :]
            return
        for verb, table in _locks_of(statement):
            self._take(verb, table, before)

    def _take(self, verb: str, table: str, before: list[str]) -> None:
        """Take in one lock of a transaction."""
        if table not in TABLES or (verb == "INSERT INTO" and table != "counter"):
            if table in TABLES:
                before.append(f"new {table}")
            return
        if verb != "SELECT" and (table in before or f"new {table}" in before):
            return
        if verb in {"UPDATE", "DELETE FROM"}:
            self.unheld[f"{verb} {table} without a lock"] += 1
        locked = [name for name in before if name in TABLES]
        last = max(locked, key=TABLES.index, default=table)
        self.pairs[last, table] += 1
        if TABLES.index(table) < TABLES.index(last):
            self.inversions[f"{last} → {table}"] += 1
        before.append(table)


UNDO = "ROLLBACK TO "
"""How a statement begins that releases the locks since a savepoint."""
LOGGED = {"log_statement": "all", "log_line_prefix": "%c %u "}
"""Settings of a PostgreSQL whose log `read_log` reads."""
RECORD = re.compile(
    r"^(\w+\.\w+) (\w+) LOG:  (?:statement|execute [^:]*): (.*?)(?=^\w+\.\w+ |\Z)", re.DOTALL | re.MULTILINE
)


def read_log(text: str, role: str) -> Locks:
    """What the sessions of this role have locked, from the log of a server with the settings LOGGED."""
    found, before = Locks(), defaultdict[str, list[str]](list)
    for session, user, statement in RECORD.findall(text):
        if user != role:
            continue
        if statement.startswith(("COMMIT", "ROLLBACK")) and not statement.startswith(UNDO):
            before.pop(session, None)
        else:
            found.read(statement, before[session])
    return found


def _locks_of(statement: str) -> list[tuple[str, str]]:
    """The verb and the table of each lock that a statement takes, in order."""
    if changed := CHANGED.match(statement):
        return [(changed[1], changed[2])]
    first = FROM.search(statement)
    named = [of or (first[1] if first else "") for of in LOCKED.findall(statement)]
    return [("SELECT", table) for tables in named for table in tables.split(", ")]


@contextmanager
def recorded(app: Flask) -> Iterator[Locks]:
    """Record every statement and every flush of this application in the block."""
    found = Locks()

    def statement(connection: Connection, _: Any, text: str, *__: Any) -> None:
        found.read(text, connection.info.setdefault("locks", []))

    def ended(connection: Connection) -> None:
        connection.info.pop("locks", None)

    def flush(session: Session, *_: Any) -> None:
        for row in session.dirty:
            if session.is_modified(row) and not _held(row):
                found.unheld[f"{row.__tablename__} changes without being held"] += 1

    with app.app_context():
        engine = db.engine
    listeners: list[tuple[Any, str, Any]] = [
        (engine, "before_cursor_execute", statement),
        (engine, "commit", ended),
        (engine, "rollback", ended),
        (db.session, "before_flush", flush),
    ]
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield found
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)


def _held(row: Model) -> bool:
    """Whether the row may change: it is held, or its owner is, or it belongs to none of the tables of the order."""
    if isinstance(row, locking.ORDER):
        return locking.is_held(row)
    if owner := OWNERS.get(type(row)):
        table, column = owner
        model = next(model for model in locking.ORDER if model.__tablename__ == table)
        return locking.is_held(db.session.get_one(model, getattr(row, column)))
    return True
