"""Locks: `hold` is the only way to lock rows. A command calls it once, at its start, before it reads what it judges.

Rows are locked in one order everywhere, so that two commands never wait for each other: first by ORDER, several of a
kind by id, then the heads of their histories. Counters come last (`numbering`). What was read before the first lock of
a transaction is read again after it. A row that is created in a transaction is held by it, because nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, event, inspect, or_, select, tuple_
from sqlalchemy.orm import Session, SessionTransaction, object_session

from grants.db import Model, db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Award,
    Batch,
    Call,
    Counter,
    Fund,
    Head,
    Instalment,
    Organisation,
    Payment,
    Person,
    Report,
)
from grants.queries.reviews import assignments
from grants.services import authority
from grants.services.refusals import Stale
from workflows.engine.roles import Actor
from workflows.engine.steps import DECIDED

ORDER: tuple[type[Model], ...] = (
    Person,
    Organisation,
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


class Chain(NamedTuple):
    """The history of a subject, for a command that adds to it without changing the subject."""

    subject: str
    subject_id: int


Held = Person | Organisation | Call | Application | Agreement | Report | Instalment | Assignment | Fund | Award | Batch


class OutOfOrder(RuntimeError):
    """A lock was asked for after one that comes later in the order, or a share was to become exclusive."""


class NotHeld(RuntimeError):
    """A command changes a row that it does not hold."""


def hold(
    *rows: Held | Chain,
    shared: Iterable[Person | Call | Fund] = (),
    actor: Actor | None = None,
    applicant: bool = False,
    money: bool = False,
    invited: bool = False,
    applied: Iterable[Organisation] = (),
    reviewing: bool = False,
    place: authority.Place | None = None,
    impartial: bool = True,
) -> None:
    """Lock these rows with what belongs to them, and read them again; rows that are held already stay as they are.

    rows: what the command changes. A row of an application brings the whole application: agreement, reports,
    instalments, assignments and, with an award, fund and award; its call is shared. A batch brings the applications
    that it pays, without their assignments. shared: what guards read and must not change meanwhile; the person of the
    actor always is. applicant: also the organisation, because guards count over it. money: the fund without an award
    too. invited: also the applications that the persons among the rows are to review, as they are then. applied:
    organisations with all their applications, as they are then. reviewing: also the undecided ones that these persons
    review in the calls of `shared` and `applied`. place, impartial: see `authority.confirm`, asked at the first lock of
    a transaction. Raises Stale when a row is gone or has a new parent.
    """
    state, shared, applied = _state(), tuple(shared), tuple(applied)
    _attach(*rows, *shared, *applied)
    read = _shared(shared, actor)
    if state.knows(read) and state.has(rows) and not (applicant or money or invited or applied or reviewing):
        return
    first, named = state.begin(), rows
    state.take(Person, _ids(rows, Person), read[Person])
    rows = (*rows, *assignments.open_of(_ids(rows, Person))) if invited else rows
    parents = _parents(rows)
    state.take(Organisation, _ids((*rows, *applied), Organisation) | {p.organisation_id for p in parents if applicant})
    if besides := _besides(rows, _ids(applied, Organisation), read[Call], reviewing=reviewing):
        parents = _parents(rows := (*rows, *besides))
    state.take(Call, _ids(rows, Call), read[Call] | {parent.call_id for parent in parents})
    _take_from_applications(state, rows, parents, shared=read[Fund], money=money)
    _compare(state, rows, parents)
    if first and actor:
        authority.confirm(actor, named, place=place, impartial=impartial)


def _shared(rows: Iterable[Person | Call | Fund], actor: Actor | None) -> dict[type[Model], set[int]]:
    """The keys of the rows to share, by their class, with the person of the actor."""
    oneself = {actor.person} if actor and actor.person is not None else set()
    return {Person: _ids(rows, Person) | oneself, Call: _ids(rows, Call), Fund: _ids(rows, Fund)}


def require(row: Model) -> None:
    """Raise NotHeld unless the transaction holds this row alone."""
    if not is_held(row):
        raise NotHeld(f"{row.__tablename__} {_key(row)} changes without being held")


def is_held(row: Model) -> bool:
    """Whether the transaction holds this row alone."""
    return _state().modes.get((type(row), _key(row))) is True


def head(subject: str, subject_id: int) -> Head | None:
    """The head of a chain; None when the chain is empty. Raises NotHeld unless its subject or the chain is held."""
    state = _state()
    found: Head | None = state.rows.get((Head, (subject, subject_id)))
    if not state.modes.get((Head, (subject, subject_id))) and not state.alone(subject, subject_id):
        raise NotHeld(f"the history of {subject} {subject_id} grows without being held")
    return found


def counting(names: Sequence[str]) -> None:
    """Note that these counters are now locked, in this order; raises OutOfOrder where they should come earlier."""
    _state().passes(Counter, [(name,) for name in names])


class _Parent(NamedTuple):
    """An application, with what it belonged to before it was locked."""

    id: int
    call_id: int
    organisation_id: int


_Locks = tuple[dict[tuple[type[Model], Any], bool], dict[tuple[type[Model], Any], Any], tuple[int, Any]]


@dataclass(slots=True)
class _State:
    """What one transaction holds: for each row, whether it holds it alone. place: the last lock in the order.

    parts: what it held when each of its savepoints began, because a rollback to one releases what was locked after it.
    undone: such a rollback has happened, so that what was read under those locks is read again after the next one.
    """

    transaction: SessionTransaction
    modes: dict[tuple[type[Model], Any], bool] = field(default_factory=dict)
    rows: dict[tuple[type[Model], Any], Any] = field(default_factory=dict)
    place: tuple[int, Any] = (-1, None)
    parts: dict[SessionTransaction, _Locks] = field(default_factory=dict)
    undone: bool = False

    @property
    def locks(self) -> _Locks:
        return dict(self.modes), dict(self.rows), self.place

    def undo(self, part: SessionTransaction) -> None:
        """Hold what was held when this savepoint began."""
        self.modes, self.rows, self.place = self.parts.pop(part, ({}, {}, (-1, None)))
        self.undone = True

    def has(self, rows: Iterable[Held | Chain]) -> bool:
        return all(
            self.modes.get((Head, tuple(row)) if isinstance(row, Chain) else (type(row), _key(row))) for row in rows
        )

    def knows(self, shared: Mapping[type[Model], Iterable[Any]]) -> bool:
        return {(model, id) for model, ids in shared.items() for id in ids} <= self.modes.keys()

    def alone(self, table: str, id: int) -> bool:
        return any(model.__tablename__ == table and self.modes.get((model, id)) for model in ORDER)

    def of(self, model: type[Model], ids: Iterable[Any]) -> list[Any]:
        return [self.rows[model, id] for id in ids if (model, id) in self.rows]

    def begin(self) -> bool:
        """Forget what was read before the first lock, so that everything is read again after it; whether this is it."""
        first = self.undone or self.place == (-1, None)
        if first:
            db.session.flush()
            _forget()
            self.undone = False
        return first

    def take(self, model: type[Model], alone: set[Any], shared: Iterable[Any] = ()) -> None:
        """Lock the rows that are not held yet, by key; one statement for each run of the same strength."""
        if raised := [id for id in alone if self.modes.get((model, id)) is False]:
            raise OutOfOrder(f"{model.__tablename__} {raised}: a shared lock is never made exclusive")
        fresh = sorted(id for id in alone.union(shared) if (model, id) not in self.modes)
        for strength, run in groupby(fresh, key=alone.__contains__):
            keys = list(run)
            self.passes(model, keys)
            for row in db.session.scalars(_taking(model, alone=strength), {"keys": keys}):
                self.keep(row, alone=strength)

    def take_where(self, model: type[Model], condition: ColumnElement[bool]) -> None:
        """Lock for itself every row that meets the condition and is not held yet, by id, in one statement."""
        (id,) = inspect(model).primary_key
        held = [key for kind, key in self.modes if kind is model]
        fresh = select(model).where(condition, *([id.not_in(held)] if held else [])).order_by(id)
        for row in db.session.scalars(_locked(fresh, alone=True)):
            self.passes(model, [_key(row)])
            self.keep(row, alone=True)

    def keep(self, row: Model, *, alone: bool) -> None:
        self.modes[type(row), _key(row)], self.rows[type(row), _key(row)] = alone, row

    def passes(self, model: type[Model], keys: Sequence[Any]) -> None:
        fresh = [key for key in keys if (model, key) not in self.modes]
        if not fresh:
            return
        if (at := (ORDER.index(model), fresh[0])) < self.place:
            raise OutOfOrder(f"{model.__tablename__} {fresh} is locked after {ORDER[self.place[0]].__tablename__}")
        self.place = (at[0], fresh[-1])
        if model is Counter:
            self.modes |= {(model, key): True for key in fresh}


def _state() -> _State:
    """What the running transaction holds."""
    session = db.session()
    transaction = session.get_transaction() or session.begin()
    state: _State | None = session.info.get("held")
    if state is None or state.transaction is not transaction:
        state = session.info["held"] = _State(transaction)
    return state


@event.listens_for(db.session, "after_flush")
def _created(session: Session, _: object) -> None:
    """A row that this transaction has created is held: nobody else can see it."""
    created = [row for row in session.new if isinstance(row, ORDER)]
    if created and session is db.session():
        for row in created:
            _state().keep(row, alone=True)


@event.listens_for(db.session, "after_transaction_create")
def _part_begun(session: Session, part: SessionTransaction) -> None:
    """Note what the transaction holds when a savepoint begins."""
    if part.nested and session is db.session():
        state = _state()
        state.parts[part] = state.locks


@event.listens_for(db.session, "after_soft_rollback")
def _part_undone(session: Session, part: SessionTransaction) -> None:
    """Hold no longer what was locked after the savepoint, because its rollback has released that."""
    if part.nested and session is db.session() and session.get_transaction() is not None:
        _state().undo(part)


def _attach(*rows: Held | Chain) -> None:
    """Take rows of an earlier session into this one, because only what is in it is read again."""
    for row in rows:
        if not isinstance(row, Chain) and object_session(row) is None and _key(row):
            db.session.add(row)


def _locked(query: Select[Any], *, alone: bool) -> Select[Any]:
    """The query with its lock: FOR NO KEY UPDATE, or FOR SHARE. Neither blocks rows that only refer to these."""
    return query.with_for_update(read=not alone, key_share=alone).execution_options(populate_existing=True)


def _forget() -> None:
    """Forget the lines, figures, scores and memberships read so far; rows of the order are read as they are locked."""
    for row in db.session:
        if not isinstance(row, ORDER):
            db.session.expire(row)


@cache
def _taking(model: type[Model], *, alone: bool) -> Select[Any]:
    """The statement that locks rows by the keys of its parameter; composed once for each table and strength."""
    columns = inspect(model).primary_key
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    found = columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys)
    return _locked(select(model).where(found).order_by(*columns), alone=alone)


def _key(row: Model) -> Any:
    """The primary key of a row, also of one that is being inserted."""
    key = tuple(inspect(type(row)).primary_key_from_instance(row))
    return key[0] if len(key) == 1 else key


def _ids(rows: Iterable[Held | Chain], model: type[Model]) -> set[int]:
    return {_key(row) for row in rows if isinstance(row, model)}


def _applications(organisations: set[int]) -> list[Application]:
    """The applications of these organisations, which are held: nobody begins one meanwhile."""
    theirs = select(Application).where(Application.organisation_id.in_(organisations))
    return list(db.session.scalars(theirs.order_by(Application.id)))


def _besides(
    rows: Sequence[Held | Chain], organisations: set[int], calls: set[int], *, reviewing: bool
) -> list[Application | Assignment]:
    """The applications of these organisations, and what the persons among the rows review in the calls of those."""
    theirs = _applications(organisations) if organisations else []
    calls = calls | {row.call_id for row in theirs}
    return [*theirs, *(assignments.counting(_ids(rows, Person), calls) if reviewing else ())]


def _parents(rows: Iterable[Held | Chain]) -> list[_Parent]:
    """The applications that these rows belong to, by id, as far as can be seen before locking.

    What was read before is good enough, because it is compared with the locked rows.
    """
    known = {row.id: _Parent(row.id, row.call_id, row.organisation_id) for row in rows if isinstance(row, Application)}
    own = {row.application_id for row in rows if isinstance(row, Award | Assignment)} - known.keys()
    awards = {row.award_id for row in rows if isinstance(row, Agreement | Report | Instalment)}
    batches = _ids(rows, Batch)
    if own or awards or batches:
        paid = select(Instalment.award_id).join(Payment).where(Payment.batch_id.in_(batches))
        through = select(Award.application_id).where(or_(Award.id.in_(awards), Award.id.in_(paid)))
        wanted = (
            or_(Application.id.in_(own), Application.id.in_(through)) if awards or batches else Application.id.in_(own)
        )
        found = select(Application.id, Application.call_id, Application.organisation_id).where(wanted)
        known |= {row.id: _Parent(*row) for row in db.session.execute(found)}
    return [known[id] for id in sorted(known)]


def _take_from_applications(
    state: _State, rows: Sequence[Held | Chain], parents: Sequence[_Parent], *, shared: set[int], money: bool
) -> None:
    """Lock the applications and everything that comes after them in the order. shared: the funds that are only read."""
    state.take(Application, {parent.id for parent in parents})
    only_paid = all(isinstance(row, Batch | Chain) for row in rows)
    paying = _take_parts(state, [parent.id for parent in parents], reviewers=not only_paid)
    spending = state.of(Application, (parent.id for parent in parents) if money else paying)
    funds = {row.fund_id for row in rows if isinstance(row, Batch)} | {one.call.fund_id for one in spending}
    state.take(Fund, _ids(rows, Fund) | funds, shared)
    state.take(Award, set(paying.values()))
    state.take(Batch, _ids(rows, Batch))
    _take_heads(state, rows, parents)


def _take_parts(state: _State, applications: list[int], *, reviewers: bool) -> dict[int, int]:
    """Lock what belongs to the applications; returns the award of each application that has one.

    Before the decision there is none, and nobody makes one meanwhile. reviewers: lock the assignments too, which
    payments do not change.
    """
    decided = [one.id for one in state.of(Application, applications) if one.step in DECIDED]
    found = select(Award.application_id, Award.id).where(Award.application_id.in_(decided))
    awards: dict[int, int] = dict(db.session.execute(found.order_by(Award.id)).all()) if decided else {}
    for model in (Agreement, Report, Instalment) if awards else ():
        state.take_where(model, model.award_id.in_(awards.values()))
    if reviewers and applications:
        state.take_where(Assignment, Assignment.application_id.in_(applications))
    return awards


def _take_heads(state: _State, rows: Iterable[Held | Chain], parents: Iterable[_Parent]) -> None:
    """Lock the heads of the histories of everything that may change. An empty chain has none yet."""
    subjects = (Person, Organisation, Call, Fund, Batch)
    chains = {Chain(row.__tablename__, row.id) for row in rows if isinstance(row, subjects)}
    chains |= {row for row in rows if isinstance(row, Chain)}
    chains |= {Chain("application", parent.id) for parent in parents}
    state.take(Head, chains)
    state.modes |= {(Head, chain): True for chain in chains}


def _compare(state: _State, rows: Iterable[Held | Chain], parents: Iterable[_Parent]) -> None:
    """Raise Stale where a row that is now locked does not belong to what was locked for it."""
    for row in rows:
        if not isinstance(row, Chain) and not is_held(row):
            raise Stale(row)
    for parent in parents:
        for row in state.of(Application, [parent.id]):
            if (row.call_id, row.organisation_id) != (parent.call_id, parent.organisation_id):
                raise Stale(row)
