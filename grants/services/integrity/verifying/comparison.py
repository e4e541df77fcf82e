"""Checks of `grants verify` on held rows: each against the newest event that names it.

An event names rows under `rows`, with their fingerprints; events of earlier releases name the one row that they are
about, under `facts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, or_, select

from grants.db import db
from grants.models import Event
from grants.services.integrity import fingerprints, first_forms
from grants.services.integrity.manifest import HELD
from workflows.engine.message import N_, Message

Named = dict[str, dict[int, str]]
"""The newest fingerprint of each row that is held, by table and key."""
SYSTEM_SUBJECT, ADOPTED = "system", "adopted"
"""The chain and the key of the event by which an update has recorded all rows; later fingerprints have versions."""
ADOPT = "adopt"
"""The key of the events before it that name these rows."""
ROWS_PER_CHUNK = 200
"""Rows kept in memory before the session is cleared."""
FORGED = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
"""What a forged value can raise where a fingerprint of an earlier release is calculated in Python."""


def problems() -> Iterator[Message]:
    """Held rows that differ from the newest event that names them, that no event names, or that are missing."""
    named, outdated = _read()
    yield from _outdated(outdated)
    yield from _unknown(named)
    for table in HELD:
        yield from _table(table, named.get(table, {}))


def newest() -> Named:
    """The newest fingerprint of every row that an event names. A forged event names nothing that cannot be read."""
    return _read()[0]


def _read() -> tuple[Named, list[int]]:
    """The newest fingerprints, and the events that name a row without a version although history is past that."""
    named: Named = {}
    outdated: dict[int, None] = {}
    limit = complete()
    for event, table, id, value in _names():
        if value is not None and ":" not in str(value):
            earlier = named.get(table, {}).get(id, "")
            if ":" in earlier or (limit is not None and event > limit):
                outdated[event] = None
        _name(named, table, id, value)
    return named, list(outdated)


def complete() -> int | None:
    """The first event that says that existing rows were recorded; None before it."""
    first = select(func.min(Event.id)).where(Event.subject == SYSTEM_SUBJECT, Event.key == ADOPTED)
    return db.session.scalar(first)


def _names() -> Iterator[tuple[int, str, int, Any]]:
    """Each row that an event names, with the fingerprint that it states, in the order of the events."""
    facts = Event.message["facts"]
    wanted = (
        select(Event.id, Event.about, Event.about_id, Event.message.has_key("facts"), facts, Event.message["rows"])
        .where(or_(Event.message.has_key("facts"), Event.message.has_key("rows")))
        .order_by(Event.id)
    )
    for event, table, id, has_facts, first, rows in db.session.execute(wanted.execution_options(yield_per=1_000)):
        if has_facts:
            yield event, table, id, first
        for name, keys in rows.items() if isinstance(rows, Mapping) else ():
            for key, value in keys.items() if isinstance(keys, Mapping) else ():
                if key.removeprefix("-").isdecimal():
                    yield event, name, int(key), value


def _outdated(events: list[int]) -> Iterator[Message]:
    """Fingerprints of earlier releases leave out columns, which would change freely after such an event."""
    for id in events:
        finding = N_(
            "History, event %(id)s: it names a row with a fingerprint of an earlier release, after the update."
        )
        yield Message(finding, id=id)


def _name(named: Named, table: str, id: int, value: Any) -> None:
    if value is None:
        named.get(table, {}).pop(id, None)
    else:
        named.setdefault(table, {})[id] = str(value)


def _unknown(named: Named) -> Iterator[Message]:
    for table in sorted(named.keys() - HELD.keys()):
        yield Message("The history names rows of %(table)s, which the manifest does not contain.", table=table)


def _table(table: str, named: dict[int, str]) -> Iterator[Message]:
    first: dict[int, str] = {}
    for row in fingerprints.every(table):
        value = named.pop(row.id, None)
        if value is None:
            if row.values[-1] is not None:
                yield Message("%(table)s %(id)s has no event in the history.", table=table, id=row.id)
        elif ":" not in value:
            first[row.id] = value
        elif value not in row.values:
            yield _differs(table, row.id)
    for id in unfit(table, first):
        yield _differs(table, id)
    for id in sorted(named):
        yield Message("%(table)s %(id)s is missing. Its history names it.", table=table, id=id)


def unfit(table: str, facts: Mapping[int, str]) -> Iterator[int]:
    """Rows that differ from the fingerprint that an earlier release stored of them. facts: by key."""
    model = first_forms.MODELS.get(table)
    for number, (id, value) in enumerate(sorted(facts.items())):
        if number % ROWS_PER_CHUNK == 0:
            db.session.expunge_all()
        if model is None or _first(db.session.get(model, id)) != value:
            yield id


def _first(row: Any) -> str | None:
    try:
        return first_forms.of(row)
    except FORGED:
        return None


def _differs(table: str, id: int) -> Message:
    return Message("%(table)s %(id)s differs from its history.", table=table, id=id)
