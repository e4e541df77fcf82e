"""Checks of `grants verify` on rows: against their history, the payment plan and the ledger.

A row that has been deleted as a whole is not reported here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on

from grants.db import db
from grants.models import (
    Agreement,
    Application,
    Appointment,
    Assignment,
    Batch,
    Call,
    Event,
    Instalment,
    Membership,
    Report,
)
from grants.services import locking
from grants.services.integrity import fingerprints, history
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK

RECORDED: tuple[type[Any], ...] = (Assignment, Appointment, Membership)
"""Models that give a person rights or visibility; each row must have an event."""
SETTLED: tuple[type[Any], ...] = (Application, Agreement, Instalment, Report, Batch, Call, *RECORDED)
ROWS_PER_CHUNK = 200
"""Rows kept in memory before the session is cleared."""


def settled() -> Iterator[Message]:
    """Rows whose fingerprint differs from the one in their newest event that stores one.

    Only rows of SETTLED are compared, and only while that event's fingerprint is not null.
    """
    for model in SETTLED:
        table = model.__tablename__
        newest = (
            select(Event.about_id, Event.message["facts"].astext)
            .where(Event.about == table, Event.message.has_key("facts"))
            .ext(distinct_on(Event.about_id))
            .order_by(Event.about_id, Event.id.desc())
        )
        for number, (id, facts) in enumerate(db.session.execute(newest).all()):
            if number % ROWS_PER_CHUNK == 0:
                db.session.expunge_all()
            row = db.session.get(model, id) if facts else None
            if row is not None and fingerprints.of(row) != facts:
                yield Message("%(table)s %(id)s differs from its history.", table=table, id=id)


def unrecorded() -> Iterator[Message]:
    """Assignments, appointments and memberships without any event."""
    for model in RECORDED:
        table = model.__tablename__
        recorded = select(Event.about_id).where(Event.about == table)
        for id in db.session.scalars(select(model.id).where(model.id.not_in(recorded)).order_by(model.id)):
            yield Message("%(table)s %(id)s has no event in history.", table=table, id=id)


def adopt() -> None:
    """Record an event for each assignment, appointment and membership of a database older than these events.

    A model that has any event already is skipped.
    """
    rows = [row for model in RECORDED for row in _unadopted(model)]
    locking.hold(*(_chain(row) for row in rows))
    for row in rows:
        facts, message = fingerprints.of(row), Message("Existed before history recorded it")
        about = history.About(*_chain(row), row.__tablename__, row.id)
        history.record(about, actor=CLOCK, key="adopt", message=message, audience="office", facts=facts)


def _unadopted(model: type[Any]) -> Iterable[Any]:
    """All rows of the model, unless one has an event already."""
    if db.session.scalar(select(Event.id).where(Event.about == model.__tablename__).limit(1)) is not None:
        return ()
    return db.session.scalars(select(model).order_by(model.id)).all()


def _chain(row: Assignment | Appointment | Membership) -> locking.Chain:
    if isinstance(row, Assignment):
        return locking.Chain("application", row.application_id)
    return locking.Chain("person", row.person_id)


UNPLANNED = """
    SELECT w.number FROM award w LEFT JOIN instalment i ON i.award_id = w.id
    GROUP BY w.id, w.number, w.amount HAVING w.amount <> coalesce(sum(i.amount), 0) ORDER BY w.id"""
UNBOOKED = """
    SELECT w.number FROM award w
    LEFT JOIN (SELECT i.award_id, coalesce(sum(p.amount) FILTER (WHERE p.paid_at IS NOT NULL), 0) AS paid,
                      coalesce(sum(p.amount) FILTER (WHERE p.paid_at IS NULL AND b.step = 'released'), 0) AS leaving
               FROM payment p JOIN instalment i ON i.id = p.instalment_id JOIN batch b ON b.id = p.batch_id
               WHERE NOT p.undone GROUP BY i.award_id) made ON made.award_id = w.id
    LEFT JOIN (SELECT a.award_id, sum(b.amount) FILTER (WHERE b.kind IN ('paid', 'returned')) AS paid,
                      sum(b.amount) FILTER (WHERE b.kind = 'in_transit') AS leaving
               FROM account a JOIN balance b ON b.account_id = a.id GROUP BY a.award_id) booked
         ON booked.award_id = w.id
    WHERE coalesce(made.paid, 0) <> coalesce(booked.paid, 0)
       OR coalesce(made.leaving, 0) <> coalesce(booked.leaving, 0) ORDER BY w.id"""
MISPAID = """
    SELECT p.id FROM payment p JOIN instalment i ON i.id = p.instalment_id
    WHERE NOT p.undone AND (p.amount <> i.amount OR i.step <> 'payable') ORDER BY p.id"""

UNRETURNED = """
    SELECT w.number FROM award w
    LEFT JOIN (SELECT award_id, sum(amount) AS amount FROM repayment GROUP BY award_id) r ON r.award_id = w.id
    LEFT JOIN (SELECT a.award_id, sum(b.amount) AS amount FROM account a JOIN balance b ON b.account_id = a.id
               WHERE a.kind = 'returned' GROUP BY a.award_id) booked ON booked.award_id = w.id
    WHERE coalesce(r.amount, 0) <> coalesce(booked.amount, 0) ORDER BY w.id"""

MISCOUNTED = """
    SELECT w.number FROM award w JOIN application a ON a.id = w.application_id
    LEFT JOIN (SELECT award_id, count(*) FILTER (WHERE step <> 'approved') AS open, max(number) AS last
               FROM report GROUP BY award_id) r ON r.award_id = w.id
    LEFT JOIN (SELECT r.award_id, r.number, sum(s.spent) AS spent
               FROM report r JOIN report_spending s ON s.report_id = r.id GROUP BY r.award_id, r.number) u
         ON u.award_id = w.id AND u.number = r.last
    LEFT JOIN (SELECT i.award_id, count(*) FILTER (WHERE p.id IS NULL) AS open
               FROM instalment i LEFT JOIN payment p
                    ON p.instalment_id = i.id AND NOT p.undone AND p.paid_at IS NOT NULL
               GROUP BY i.award_id) i ON i.award_id = w.id
    LEFT JOIN (SELECT c.award_id, sum(b.amount) AS paid FROM account c JOIN balance b ON b.account_id = c.id
               WHERE c.kind = 'paid' GROUP BY c.award_id) p ON p.award_id = w.id
    CROSS JOIN LATERAL (SELECT a.step = 'active' AND coalesce(r.open, 0) = 0 AND coalesce(i.open, 0) = 0 AS settled,
                               greatest(coalesce(p.paid, 0) - coalesce(u.spent, 0), 0) AS unused) n
    WHERE w.unused <> CASE WHEN n.settled THEN n.unused ELSE 0 END OR w.to_close <> (n.settled AND n.unused = 0)
    ORDER BY w.id"""


def payments() -> Iterator[Message]:
    """Awards and payments that contradict the plan or the ledger.

    Compared for each award: the sum of its instalments with its amount; payments made and in transit, and repayments,
    with the ledger; unspent funds and whether it can be closed with reports, payments and ledger. For each payment
    that is not cancelled: amount and step with its instalment.
    """
    for number in db.session.scalars(text(UNPLANNED)):
        yield Message("Award %(number)s: its instalments do not add up to its amount.", number=number)
    for number in db.session.scalars(text(UNBOOKED)):
        yield Message("Award %(number)s: its payments differ from the ledger.", number=number)
    for number in db.session.scalars(text(UNRETURNED)):
        yield Message("Award %(number)s: its repayments differ from the ledger.", number=number)
    for number in db.session.scalars(text(MISCOUNTED)):
        yield Message(
            "Award %(number)s: its unspent funds, or whether it can be closed, are stored incorrectly.", number=number
        )
    for id in db.session.scalars(text(MISPAID)):
        yield Message("Payment %(id)s: its instalment is not payable, or the amounts differ.", id=id)
