"""Adoption: after an update, rows of tables that history did not hold before are named by an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

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


def adopt() -> None:
    """Name the rows of tables that were not held before, in one event for each chain that they belong to.

    A row that differs from the fingerprint that an earlier release stored of it keeps that fingerprint, so that it is
    still reported. A table is adopted only in the first update that holds it, and again in the one that holds more of
    it (its round): otherwise a row that was forged later could be adopted too.
    """
    known = rounds()
    tables = sorted(known.keys() - adopted())
    if not tables:
        return
    found = _unnamed(sorted({known[name] for name in tables}))
    for chunk in _chunks(sorted(found)):
        locking.hold(*chunk)
        history.record_all([_record(chain, found[chain]) for chain in chunk])
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
            early = N_("History, event %(id)s: tables were recorded that no release holds: %(tables)s.")
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


def _unnamed(tables: list[str]) -> Names:
    """The fingerprints of rows that no event names, or that fit the one of an earlier release; by chain."""
    found: Names = defaultdict(lambda: defaultdict(dict))
    named = comparison.newest()
    for table in tables:
        known, first = named.get(table, {}), {}
        for row in fingerprints.every(table):
            value = known.get(row.id)
            if value is None:
                _add(found, table, row)
            elif ":" not in value:
                first[row.id] = row
        unfit = set(comparison.unfit(table, {id: known[id] for id in first}))
        for id in sorted(first.keys() - unfit):
            _add(found, table, first[id])
    return found


def _add(found: Names, table: str, row: Any) -> None:
    """Name a row in the event of its chain; one that is not held yet, or belongs to nothing, is left out."""
    if row.values[-1] is not None and row.subject_id is not None:
        found[locking.Chain(row.subject, row.subject_id)][table][str(row.id)] = row.values[-1]


def _chunks(chains: list[locking.Chain]) -> Iterator[tuple[locking.Chain, ...]]:
    for first in range(0, len(chains), CHAINS_PER_CHUNK):
        yield tuple(chains[first : first + CHAINS_PER_CHUNK])


def _record(chain: locking.Chain, rows: changes.Names) -> history.Record:
    message = Message("Created before the history began")
    about = history.About(*chain, *chain)
    return history.Record(about, CLOCK, ADOPT, message, audience="office", rows=rows)
