"""What a transaction has locked: the order of the tables, and each row with the strength of its lock.

A row that is created in a transaction is held by it, because nobody else sees it. Commands use `locking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, event, inspect, select, tuple_
from sqlalchemy.orm import Session, SessionTransaction, contains_eager, joinedload

from grants.db import Model, db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Call,
    Counter,
    Draft,
    Fund,
    Head,
    Instalment,
    Organisation,
    Person,
    Report,
    Verification,
)

ORDER: tuple[type[Model], ...] = (
    Person,
    Organisation,
    Verification,
    Call,
    Application,
    Agreement,
    Report,
    Instalment,
    Assignment,
    Fund,
    Award,
    Batch,
    Head,
    Counter,
)


MOST = 1_000
"""The most keys of a statement: PostgreSQL refuses a list of ten thousand pairs as too complex."""


class Chain(NamedTuple):
    """The history of a subject, for a command that adds to it without changing the subject."""

    subject: str
    subject_id: int


Held = (
    Person
    | Organisation
    | Verification
    | Call
    | Application
    | Agreement
    | Report
    | Instalment
    | Assignment
    | Fund
    | Award
    | Batch
)


class OutOfOrder(RuntimeError):
    """A lock was asked for after one that comes later in the order, or a share was to become exclusive."""


Locks = tuple[dict[tuple[type[Model], Any], bool], dict[tuple[type[Model], Any], Any], tuple[int, Any]]


@dataclass(slots=True)
class State:
    """What one transaction holds: for each row, whether it holds it alone. place: the last lock in the order.

    parts: what it held when each of its savepoints began, because a rollback to one releases what was locked after it.
    undone: such a rollback has happened, so that what was read under those locks is read again after the next one.
    bare: the applications that are held without what belongs to them.
    """

    transaction: SessionTransaction
    modes: dict[tuple[type[Model], Any], bool] = field(default_factory=dict)
    rows: dict[tuple[type[Model], Any], Any] = field(default_factory=dict)
    place: tuple[int, Any] = (-1, None)
    parts: dict[SessionTransaction, Locks] = field(default_factory=dict)
    undone: bool = False
    bare: set[int] = field(default_factory=set)

    @property
    def locks(self) -> Locks:
        """What is held, as a savepoint remembers it."""
        return dict(self.modes), dict(self.rows), self.place

    def undo(self, part: SessionTransaction) -> None:
        """Hold what was held when this savepoint began."""
        self.modes, self.rows, self.place = self.parts.pop(part, ({}, {}, (-1, None)))
        self.bare = {id for id in self.bare if (Application, id) in self.modes}
        self.undone = True

    def has(self, rows: Iterable[Held | Chain]) -> bool:
        """Whether all of these rows are held alone, with everything that belongs to them."""
        if any(isinstance(row, Application) and row.id in self.bare for row in rows):
            return False
        return all(
            self.modes.get((Head, tuple(row)) if isinstance(row, Chain) else (type(row), key(row))) for row in rows
        )

    def knows(self, shared: Mapping[type[Model], Iterable[Any]]) -> bool:
        """Whether all of these rows, by table and key, are at least shared."""
        return {(model, id) for model, ids in shared.items() for id in ids} <= self.modes.keys()

    def alone(self, table: str, id: int) -> bool:
        """Whether the row of this table is held alone."""
        return any(model.__tablename__ == table and self.modes.get((model, id)) for model in ORDER)

    def of(self, model: type[Model], ids: Iterable[Any]) -> list[Any]:
        """Those of these rows that are held or shared."""
        return [self.rows[model, id] for id in ids if (model, id) in self.rows]

    def begin(self) -> bool:
        """Forget what was read before the first lock, so that everything is read again after it; whether this is it."""
        first = self.undone or self.place == (-1, None)
        if first:
            db.session.flush()
            forget()
            self.undone = False
        return first

    def take(self, model: type[Model], alone: set[Any], shared: Iterable[Any] = ()) -> None:
        """Lock the rows that are not held yet, by key; one statement for each MOST of a run of the same strength."""
        if raised := [id for id in alone if self.modes.get((model, id)) is False]:
            raise OutOfOrder(f"{model.__tablename__} {raised}: a shared lock is never made exclusive")
        fresh = sorted(id for id in alone.union(shared) if (model, id) not in self.modes)
        for strength, run in groupby(fresh, key=alone.__contains__):
            ids = list(run)
            for first in range(0, len(ids), MOST):
                keys = ids[first : first + MOST]
                self.passes(model, keys)
                for row in db.session.scalars(taking(model, alone=strength), {"keys": keys}):
                    self.keep(row, alone=strength)

    def take_where(self, model: type[Model], condition: ColumnElement[bool]) -> None:
        """Lock for itself every row that meets the condition and is not held yet, by id, in one statement."""
        (id,) = inspect(model).primary_key
        held = [key for kind, key in self.modes if kind is model]
        fresh = select(model).where(condition, *([id.not_in(held)] if held else [])).order_by(id)
        for row in db.session.scalars(locked(fresh, alone=True)):
            self.passes(model, [key(row)])
            self.keep(row, alone=True)

    def keep(self, row: Model, *, alone: bool) -> None:
        """Note that the row is locked."""
        self.modes[type(row), key(row)], self.rows[type(row), key(row)] = alone, row

    def passes(self, model: type[Model], keys: Sequence[Any]) -> None:
        """Note where in the order the next lock is; raises OutOfOrder if it should have come earlier."""
        fresh = [key for key in keys if (model, key) not in self.modes]
        if not fresh:
            return
        if (at := (ORDER.index(model), fresh[0])) < self.place:
            raise OutOfOrder(f"{model.__tablename__} {fresh} is locked after {ORDER[self.place[0]].__tablename__}")
        self.place = (at[0], fresh[-1])
        if model is Counter:
            self.modes |= {(model, key): True for key in fresh}


def state() -> State:
    """What the running transaction holds."""
    session = db.session()
    transaction = session.get_transaction() or session.begin()
    found: State | None = session.info.get("held")
    if found is None or found.transaction is not transaction:
        found = session.info["held"] = State(transaction)
    return found


@event.listens_for(db.session, "after_flush")
def _created(session: Session, _: object) -> None:
    """A row that this transaction has created is held: nobody else can see it."""
    created = [row for row in session.new if isinstance(row, ORDER)]
    if created and session is db.session():
        for row in created:
            state().keep(row, alone=True)


@event.listens_for(db.session, "after_transaction_create")
def _part_begun(session: Session, part: SessionTransaction) -> None:
    """Note what the transaction holds when a savepoint begins."""
    if part.nested and session is db.session():
        held = state()
        held.parts[part] = held.locks


@event.listens_for(db.session, "after_soft_rollback")
def _part_undone(session: Session, part: SessionTransaction) -> None:
    """Hold no longer what was locked after the savepoint, because its rollback has released that."""
    if part.nested and session is db.session() and session.get_transaction() is not None:
        state().undo(part)


def locked(query: Select[Any], *, alone: bool) -> Select[Any]:
    """The query with its lock: FOR NO KEY UPDATE, or FOR SHARE. Neither blocks rows that only refer to these."""
    return query.with_for_update(read=not alone, key_share=alone).execution_options(populate_existing=True)


def forget() -> None:
    """Forget the lines, figures, scores and memberships read so far; rows of the order are read as they are locked."""
    for row in db.session:
        if not isinstance(row, ORDER):
            db.session.expire(row)


@cache
def taking(model: type[Model], *, alone: bool) -> Select[Any]:
    """The statement that locks rows by the keys of its parameter; composed once for each table and strength."""
    columns = inspect(model).primary_key
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    found = columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys)
    return locked(select(model).where(found).order_by(*columns), alone=alone)


HEAD = (
    select(Head.number, Head.hash)
    .where(Head.subject == bindparam("chain_subject"), Head.subject_id == bindparam("chain_id"))
    .with_for_update(key_share=True)
    .cte("head")
)
"""The head of one history, locked by the statement that contains it; see `locking.hold_in_statement`."""


def key(row: Model) -> Any:
    """The primary key of a row, also of one that is being inserted."""
    key = tuple(inspect(type(row)).primary_key_from_instance(row))
    return key[0] if len(key) == 1 else key


DRAFT: Select[Application, Person] = (
    select(Application, Person)
    .join(Application.draft)
    .join(Person, Person.id == bindparam("person"))
    .where(Application.id == bindparam("application"))
    .options(
        contains_eager(Application.draft).undefer(Draft.content),
        joinedload(Application.call, innerjoin=True),
        joinedload(Application.organisation, innerjoin=True),
    )
    .with_for_update(read=True, of=Person)
    .suffix_with("FOR NO KEY UPDATE OF application, draft")
    .execution_options(populate_existing=True)
)
"""What a save of a draft locks, in the order of the tables, and reads; one statement."""
