"""Locks: `hold` is the way to lock rows. A command calls it once, at its start, before it reads what it judges.

Rows are locked in one order everywhere, so that two commands never wait for each other: first by ORDER, several of a
kind by id, then the heads of their histories. Counters come last (`numbering`). What was read before the first lock of
a transaction is read again after it. A row that is created in a transaction is held by it, because nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Executable, func, or_, select
from sqlalchemy.orm import make_transient_to_detached, object_session

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
    Verification,
)
from grants.models.organisations import entries
from grants.queries.reviews import assignments
from grants.services import authority, locks
from grants.services.locks import ORDER, Chain, Held, OutOfOrder, State, key
from grants.services.refusals import Stale
from workflows.engine.rights import Right
from workflows.engine.roles import Actor
from workflows.engine.steps import DECIDED

__all__ = [
    "ORDER",
    "Chain",
    "Held",
    "NotHeld",
    "OutOfOrder",
    "counting",
    "head",
    "hold",
    "hold_draft",
    "hold_in_statement",
    "is_held",
    "require",
]


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
    rights: Sequence[Right] = (Right.EDIT,),
) -> None:
    """Lock these rows with what belongs to them, and read them again; rows that are held already stay as they are.

    rows: what the command changes. A row of an application brings the whole application: agreement, reports,
    instalments, assignments and, with an award, fund and award; its call is shared. A batch brings the applications
    that it pays, without assignments; a verification its organisation. shared: what guards read, as the person of the
    actor always is. applicant: also the organisation, which guards count over. money: the fund without an award too.
    invited: also what these persons are to review. applied: organisations with all their applications. reviewing: also
    the undecided ones that they review in their calls. place, impartial, rights: of `authority.confirm`. Raises Stale.
    """
    state, shared, applied = locks.state(), tuple(shared), tuple(applied)
    _attach(*rows, *shared, *applied)
    read = _shared(shared, actor)
    alone = not (applicant or money or invited or applied or reviewing)
    if alone and ((state.knows(read) and state.has(rows)) or _hold_chains(state, rows, read)):
        return
    first, named = state.begin(), rows
    state.take(Person, _ids(rows, Person), read[Person])
    rows = (*rows, *assignments.open_of(_ids(rows, Person))) if invited else rows
    parents = _parents(rows)
    _take_organisations(state, (*rows, *applied), parents if applicant else ())
    if besides := _besides(rows, _ids(applied, Organisation), read[Call], reviewing=reviewing):
        parents = _parents(rows := (*rows, *besides))
    state.take(Call, _ids(rows, Call), read[Call] | {parent.call_id for parent in parents})
    _take_from_applications(state, rows, parents, shared=read[Fund], money=money)
    _compare(state, rows, parents)
    if first and actor:
        authority.confirm(actor, named, place=place, impartial=impartial, rights=rights)


def _hold_chains(state: State, rows: Sequence[Held | Chain], read: Mapping[type[Model], set[int]]) -> bool:
    """Lock the rows if they are histories and nothing is read beside them; returns whether they are."""
    chains = {row for row in rows if isinstance(row, Chain)}
    if any(read.values()) or len(chains) < len(rows):
        return False
    state.begin()
    _take_chains(state, chains)
    return True


def hold_in_statement(
    chain: Chain, statement: Executable, values: Mapping[str, Any], **options: Any
) -> tuple[Any, ...] | None:
    """Lock a history and run a statement that depends on it, in one: as the first of its transaction.

    statement: it does nothing until it has `locks.HEAD`, whose number and hash are its last two columns. Returns the
    other columns, or None without a row. options: further arguments of `Session.execute`.
    """
    state = locks.state()
    state.begin()
    state.passes(Head, [chain])
    whole = {**values, "chain_subject": chain.subject, "chain_id": chain.subject_id}
    row = db.session.execute(statement, whole, **options).first()
    if row is None:
        return None
    *found, number, hash = row
    head = Head(subject=chain.subject, subject_id=chain.subject_id, number=number, hash=hash)
    make_transient_to_detached(head)
    state.keep(db.session.merge(head, load=False), alone=True)
    return tuple(found)


def hold_draft(application: Application, *, actor: Actor) -> None:
    """Lock an application with its draft, share the person of the actor, and read all three again.

    For what changes nothing but the draft and the texts beside it: it locks no other part of the application, and no
    history. Raises Stale when the application is gone, and Refused when the actor no longer acts for its applicant.
    """
    state = locks.state()
    _attach(application)
    if is_held(application):
        return
    state.begin()
    asked = {"application": application.id, "person": actor.person}
    found = db.session.execute(locks.DRAFT, asked).first()
    if found is None:
        raise Stale(application)
    for model, row, alone in ((Person, found[1], False), (Application, found[0], True)):
        state.passes(model, [row.id])
        state.keep(row, alone=alone)
    state.bare.add(application.id)
    authority.confirm(actor, [application])


def _shared(rows: Iterable[Person | Call | Fund], actor: Actor | None) -> dict[type[Model], set[int]]:
    """The keys of the rows to share, by their class, with the person of the actor."""
    oneself = {actor.person} if actor and actor.person is not None else set()
    return {Person: _ids(rows, Person) | oneself, Call: _ids(rows, Call), Fund: _ids(rows, Fund)}


def require(row: Model) -> None:
    """Raise NotHeld unless the transaction holds this row alone."""
    if not is_held(row):
        raise NotHeld(f"{row.__tablename__} {key(row)} changes without being held")


def is_held(row: Model) -> bool:
    """Whether the transaction holds this row alone."""
    return locks.state().modes.get((type(row), key(row))) is True


def head(subject: str, subject_id: int) -> Head | None:
    """The head of a chain; None when the chain is empty. Raises NotHeld unless its subject or the chain is held."""
    state = locks.state()
    found: Head | None = state.rows.get((Head, (subject, subject_id)))
    if not state.modes.get((Head, (subject, subject_id))) and not state.alone(subject, subject_id):
        raise NotHeld(f"the history of {subject} {subject_id} grows without being held")
    return found


def counting(names: Sequence[str]) -> None:
    """Note that these counters are now locked, in this order; raises OutOfOrder where they should come earlier."""
    locks.state().passes(Counter, [(name,) for name in names])


class _Parent(NamedTuple):
    """An application, with what it belonged to before it was locked."""

    id: int
    call_id: int
    organisation_id: int


def _attach(*rows: Held | Chain) -> None:
    """Take rows of an earlier session into this one, because only what is in it is read again."""
    for row in rows:
        if not isinstance(row, Chain) and object_session(row) is None and key(row):
            db.session.add(row)


def _ids(rows: Iterable[Held | Chain], model: type[Model]) -> set[int]:
    return {key(row) for row in rows if isinstance(row, model)}


def _take_organisations(state: State, rows: Iterable[Held | Chain], parents: Iterable[_Parent]) -> None:
    """Lock the organisations among the rows, of verifications and of these applications, then the verifications.

    An organisation that was entered twice is locked with all its entries. Raises Stale if one was merged meanwhile.
    """
    rows = list(rows)
    verified = {row.organisation_id for row in rows if isinstance(row, Verification)}
    named = _ids(rows, Organisation) | verified | {parent.organisation_id for parent in parents}
    if any((Organisation, id) not in state.modes for id in named):
        state.take(Organisation, wanted := _entries(named))
        if grown := _entries(named) - wanted:
            raise Stale(db.session.get_one(Organisation, min(grown)))
    state.take(Verification, _ids(rows, Verification))


def _entries(ids: set[int]) -> set[int]:
    """These organisations, with every entry of those that were entered twice."""
    found = select(func.unnest(entries(Organisation.id))).where(Organisation.id.in_(ids))
    return ids | set(db.session.scalars(found))


def _applications(organisations: set[int]) -> list[Application]:
    """The applications of these organisations, which are held: nobody begins one meanwhile."""
    theirs = select(Application).where(Application.organisation_id.in_(_entries(organisations)))
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
    state: State, rows: Sequence[Held | Chain], parents: Sequence[_Parent], *, shared: set[int], money: bool
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


def _take_parts(state: State, applications: list[int], *, reviewers: bool) -> dict[int, int]:
    """Lock what belongs to the applications; returns the award of each application that has one.

    Before the decision there is none, and nobody makes one meanwhile. reviewers: lock the assignments too, which
    payments do not change.
    """
    decided = [one.id for one in state.of(Application, applications) if one.step in DECIDED]
    awards: dict[int, int] = {}
    if decided:
        found = select(Award.application_id, Award.id).where(Award.application_id.in_(decided))
        awards = dict(db.session.execute(found.order_by(Award.id)).all())
    for model in (Agreement, Report, Instalment) if awards else ():
        state.take_where(model, model.award_id.in_(awards.values()))
    if reviewers and applications:
        state.take_where(Assignment, Assignment.application_id.in_(applications))
    return awards


def _take_heads(state: State, rows: Iterable[Held | Chain], parents: Iterable[_Parent]) -> None:
    """Lock the heads of the histories of everything that may change. An empty chain has none yet."""
    subjects = (Person, Organisation, Call, Fund, Batch)
    chains = {Chain(row.__tablename__, row.id) for row in rows if isinstance(row, subjects)}
    chains |= {row for row in rows if isinstance(row, Chain)}
    chains |= {Chain("organisation", row.organisation_id) for row in rows if isinstance(row, Verification)}
    _take_chains(state, chains | {Chain("application", parent.id) for parent in parents})


def _take_chains(state: State, chains: set[Chain]) -> None:
    state.take(Head, chains)
    state.modes |= {(Head, chain): True for chain in chains}


def _compare(state: State, rows: Iterable[Held | Chain], parents: Iterable[_Parent]) -> None:
    """Raise Stale where a row that is now locked does not belong to what was locked for it."""
    for row in rows:
        if not isinstance(row, Chain) and not is_held(row):
            raise Stale(row)
    for parent in parents:
        for row in state.of(Application, [parent.id]):
            if (row.call_id, row.organisation_id) != (parent.call_id, parent.organisation_id):
                raise Stale(row)
