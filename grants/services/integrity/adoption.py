"""Adoption: after an update, rows of tables that history did not hold before are named by an event."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from grants.db import db
from grants.models import Event
from grants.services import locking
from grants.services.integrity import changes, fingerprints, history
from grants.services.integrity.manifest import HELD
from grants.services.integrity.verifying import comparison
from workflows.engine.message import N_, Message
from workflows.engine.roles import CLOCK

SYSTEM = locking.Chain(comparison.SYSTEM_SUBJECT, 1)
"""The chain of events that concern the whole system."""
ADOPT, COMPLETE = comparison.ADOPT, comparison.ADOPTED
"""The keys of the events that name rows, and of the event that says for which tables this is complete."""
CHAINS_PER_CHUNK = 1_000
Names = dict[locking.Chain, changes.Names]
"""Fingerprints of rows, by the chain that they belong to."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The rows that an update must record, by chain, in a temporary file: of a large database they are millions.

    tables: those whose adoption is complete once all are recorded; empty if nothing is to be done.
    """

    tables: list[str]
    file: sqlite3.Connection

    def close(self) -> None:
        """Remove the file."""
        self.file.close()

    def __len__(self) -> int:
        """The number of chains."""
        return int(
            self.file.execute("SELECT count(*) FROM (SELECT DISTINCT subject, subject_id FROM row)").fetchone()[0]
        )

    def chunks(self) -> Iterator[Names]:
        """The rows of a thousand chains at a time."""
        rows = self.file.execute("SELECT * FROM row ORDER BY subject, subject_id, name, id")
        chunk: Names = {}
        for chain, group in groupby(rows, key=itemgetter(0, 1)):
            names: changes.Names = {}
            for _, _, table, id, value in group:
                names.setdefault(table, {})[str(id)] = value
            chunk[locking.Chain(*chain)] = names
            if len(chunk) == CHAINS_PER_CHUNK:
                yield chunk
                chunk = {}
        if chunk:
            yield chunk


def waiting() -> Waiting:
    """What `adopt` has to record: rows of tables that were not held before.

    A row that differs from the fingerprint that an earlier release stored of it keeps that fingerprint, so that it is
    still reported. A table is adopted only in the first update that holds it, and again in the one that holds more of
    it (its round): otherwise a row that was forged later could be adopted too. After an update that was interrupted,
    the rest is recorded.
    """
    known = rounds()
    tables = sorted(known.keys() - adopted())
    file = sqlite3.connect("")
    file.execute("CREATE TABLE row (subject TEXT, subject_id INTEGER, name TEXT, id INTEGER, value TEXT)")
    file.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", _unnamed(sorted({known[name] for name in tables})))
    return Waiting(tables, file)


def adopt(rows: Names) -> None:
    """Name these rows in one event for each chain that they belong to."""
    chains = tuple(sorted(rows))
    locking.hold(*chains)
    history.record_all([_record(chain, rows[chain]) for chain in chains])


def complete(tables: Sequence[str]) -> None:
    """Record that the rows of these tables have been adopted."""
    locking.hold(SYSTEM)
    message = Message("Existing rows of these tables were recorded: %(tables)s", tables=", ".join(tables))
    about = history.About(*SYSTEM, *SYSTEM)
    history.record(about, actor=CLOCK, key=COMPLETE, message=message, audience="office")


def rounds() -> dict[str, str]:
    """The table of each adoption, by the name that its event gives it."""
    return {
        table if number == 1 else f"{table} (round {number})": table
        for table, held in HELD.items()
        for number in range(1, held.round + 1)
    }


def adopted() -> set[str]:
    """The tables whose rows have been adopted, each with its round after the first."""
    return {table for _, tables in completions() for table in tables}


def completions() -> Iterator[tuple[int, list[str]]]:
    """The events that say for which tables the adoption is complete, with these tables, in their order."""
    tables = Event.message["values"]["tables"].astext
    wanted = select(Event.id, tables).where(Event.subject == SYSTEM.subject, Event.key == COMPLETE).order_by(Event.id)
    for id, names in db.session.execute(wanted):
        yield id, names.split(", ") if names else []


def problems() -> Iterator[Message]:
    """Events that adopt rows although no update had to: their table was complete, or never became so."""
    first: dict[str, int] = {}
    known = rounds()
    for id, tables in completions():
        if again := sorted(first.keys() & tables):
            repeated = N_("History, event %(id)s: these tables were recorded a second time: %(tables)s.")
            yield Message(repeated, id=id, tables=", ".join(again))
        if unknown := sorted(set(tables) - known.keys()):
            early = N_("History, event %(id)s: it records tables that do not exist in any release: %(tables)s.")
            yield Message(early, id=id, tables=", ".join(unknown))
        for table in tables:
            first.setdefault(table, id)
    last = {table: max(first.get(name, 0) for name in known if known[name] == table) for table in known.values()}
    rows = Event.message["rows"]
    named = select(Event.id, Event.subject, Event.subject_id, rows).where(Event.key == ADOPT).order_by(Event.id)
    for id, subject, subject_id, names in db.session.execute(named.execution_options(yield_per=1_000)):
        if not isinstance(names, Mapping) or not names or any(last.get(table, 0) < id for table in names):
            text = N_(
                "History of %(subject)s %(id)s, event %(event)s: it records existing rows, but no update required this."
            )
            yield Message(text, subject=subject, id=subject_id, event=id)


def _unnamed(tables: list[str]) -> Iterator[tuple[str, int, str, int, str]]:
    """The rows that no event names, or that fit the fingerprint of an earlier release, as `Waiting` keeps them.

    One that is not held yet, or belongs to nothing, is left out.
    """
    named = comparison.newest() if tables else {}
    for table in tables:
        known, first = named.get(table, {}), {}
        for row in fingerprints.every(table):
            value = known.get(row.id)
            if value is not None and ":" not in value:
                first[row.id] = row
            elif value is None and row.values[-1] is not None and row.subject_id is not None:
                yield row.subject, row.subject_id, table, row.id, row.values[-1]
        unfit = set(comparison.unfit(table, {id: known[id] for id in first}))
        for row in (first[id] for id in sorted(first.keys() - unfit)):
            if row.values[-1] is not None and row.subject_id is not None:
                yield row.subject, row.subject_id, table, row.id, row.values[-1]


def _record(chain: locking.Chain, rows: changes.Names) -> history.Record:
    message = Message("Created before the history began")
    about = history.About(*chain, *chain)
    return history.Record(about, CLOCK, ADOPT, message, audience="office", rows=rows)
