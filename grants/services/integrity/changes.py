"""Which held rows a transaction changes: each must be named by an event before the transaction commits.

The session reports what it inserts, changes and deletes. `history.record_all` takes it and stores the fingerprints in
its events. A commit with a row that no event names raises Unnamed, and a statement that changes a held table without
the session raises Unseen, so that no command can forget it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql.dml import UpdateBase

from grants.db import Model, db
from grants.services.integrity import fingerprints
from grants.services.integrity.manifest import HELD

NOTED = {"noted": True}
"""Execution option of a statement whose rows are noted here."""
Names = dict[str, dict[str, str | None]]
"""Fingerprints as an event stores them: by table and key; null for a row that is no longer held."""
Chain = tuple[str, int]


class Unnamed(RuntimeError):
    """A transaction was to be committed with changed rows that no event names."""


class Unseen(RuntimeError):
    """A statement changes a held table without the session, which would not see its rows."""


def _tables() -> dict[str, set[int]]:
    return defaultdict(set)


@dataclass(slots=True)
class _Pending:
    """The keys of changed rows that no event names yet, by table.

    free: rows of which only columns changed that are free until the row is settled. settling: rows whose change may
    settle others. gone: rows that were deleted.
    """

    transaction: SessionTransaction | None
    rows: dict[str, set[int]] = field(default_factory=_tables)
    free: dict[str, set[int]] = field(default_factory=_tables)
    settling: dict[str, set[int]] = field(default_factory=_tables)
    gone: dict[str, set[int]] = field(default_factory=_tables)


def note(model: type[Model], keys: Iterable[int], columns: Collection[str] | None = None) -> None:
    """Note rows that a statement has written. columns: the names of those that it changed; all of them if None."""
    if (held := HELD.get(model.__tablename__)) is None:
        return
    pending, table = _pending(db.session()), model.__tablename__
    changed = held.named if columns is None else frozenset(columns) - held.derived.keys()
    kept = pending.free if changed <= held.unsettled else pending.rows
    if changed:
        kept[table].update(keys)
    if any(one.settled_by.partition(".")[2] in changed for one in HELD.values() if one.settling == table):
        pending.settling[table].update(keys)


def add(
    model: type[Model], rows: Sequence[Mapping[str, Any]], *returned: InstrumentedAttribute[Any]
) -> Sequence[tuple[Any, ...]]:
    """Insert rows in one statement and note them; returns the key and further columns of each, in this order."""
    key = next(iter(inspect(model).primary_key))
    statement = insert(model).returning(key, *returned, sort_by_parameter_order=True)
    stored = db.session.execute(statement, list(rows), execution_options=NOTED).all()
    note(model, [row[0] for row in stored])
    return stored


def take(chains: Sequence[Chain]) -> list[Names]:
    """The fingerprints of what was changed and not taken before, for an event of each of these chains, in their order.

    A row is named by the last event of its own chain, or by the last event if its chain is not among them.
    """
    if not chains:
        return []
    session = db.session()
    session.flush()
    pending: _Pending | None = session.info.pop("changed", None)
    names: list[Names] = [{} for _ in chains]
    if pending is None or pending.transaction is not session.get_transaction():
        return names
    place = {chain: number for number, chain in enumerate(chains)}
    asked = {table: pending.rows[table] | pending.free[table] for table in {*pending.rows, *pending.free}}
    missing = {(table, id) for table, ids in (*asked.items(), *pending.gone.items()) for id in ids}
    for one in fingerprints.of({table: ids for table, ids in asked.items() if ids}, pending.settling):
        missing.discard((one.table, one.id))
        if one.value is not None or HELD[one.table].settling in pending.settling:
            at = place.get((one.subject, one.subject_id or 0), -1)
            names[at].setdefault(one.table, {})[str(one.id)] = one.value
    for table, id in sorted(missing):
        names[-1].setdefault(table, {})[str(id)] = None
    return names


def _pending(session: Session) -> _Pending:
    transaction = session.get_transaction()
    pending: _Pending | None = session.info.get("changed")
    if pending is None or pending.transaction is not transaction:
        pending = session.info["changed"] = _Pending(transaction)
    return pending


@event.listens_for(db.session, "after_flush")
def _flushed(session: Session, _: object) -> None:
    """Note what the flush has written. The session still shows the rows as they were before it."""
    for row in session.new:
        note(type(row), [_key(row)])
    for row in session.dirty:
        if row.__tablename__ in HELD and (columns := _changed(row)):
            note(type(row), [_key(row)], columns)
    for row in session.deleted:
        if row.__tablename__ in HELD:
            _pending(session).gone[row.__tablename__].add(_key(row))


def _changed(row: Model) -> list[str]:
    state = inspect(row)
    return [one.columns[0].name for one in state.mapper.column_attrs if state.attrs[one.key].history.has_changes()]


def _key(row: Model) -> Any:
    return next(iter(inspect(type(row)).primary_key_from_instance(row)))


@event.listens_for(db.session, "before_commit")
def _complete(session: Session) -> None:
    """Refuse a commit, also of a part of a request, while a changed row is not named."""
    session.flush()
    pending: _Pending | None = session.info.get("changed")
    if pending is None or pending.transaction is not session.get_transaction():
        return
    left = {(table, id) for kept in (pending.rows, pending.gone) for table, ids in kept.items() for id in ids}
    left |= {(table, id) for table, ids in pending.free.items() if ids for id in fingerprints.settled(table, ids)}
    if left:
        raise Unnamed(f"no event names {', '.join(f'{table} {id}' for table, id in sorted(left))}")
    session.info.pop("changed")


@event.listens_for(db.session, "after_soft_rollback")
def _forgotten(session: Session, _: SessionTransaction) -> None:
    """What was written is undone. The parts of a request before it have been checked at their ends."""
    session.info.pop("changed", None)


@event.listens_for(db.session, "do_orm_execute")
def _refuse(state: ORMExecuteState) -> None:
    """Refuse statements on held tables, unless their rows are noted."""
    statement = state.statement
    if not isinstance(statement, UpdateBase) or state.execution_options.get("noted"):
        return
    name = getattr(statement.table, "name", "")
    if name in HELD:
        raise Unseen(f"change {name} through the session, so that an event names the row")
