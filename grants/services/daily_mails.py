"""The daily email: mails that can wait are collected for a person and sent in one, once a day.

A mail is collected by the worker that would send it, in the statement that marks its row of the outbox done; so it is
either sent or collected, and once. The clock orders the daily email; the key of its person and day makes several clocks
order it once.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from grants.db import GRANTS_NOW, autocommit, db
from grants.models import CollectedMail, DailyMail, Person
from grants.queries import daily_mails
from grants.queries.daily_mails import Due
from grants.services import locking, outbox, retention
from workflows.engine.urgency import Delivery, Urgency

COLLECTED = "Collected for the daily email of the recipient."
NOT_URGENT = "Not sent: the recipient wants only urgent emails."
RETENTION = outbox.RETENTION
LINES = CollectedMail.metadata.tables[CollectedMail.__tablename__]
DONE = outbox.FINISH.returning(outbox.ROWS.c.args).cte("done")
COLLECT = (
    insert(LINES)
    .from_select(["person_id", "args"], select(bindparam("person", type_=LINES.c.person_id.type), DONE.c.args))
    .returning(LINES.c.id)
)
"""Collects a mail as its row of the outbox is done, for its newest claim only."""


def collect(held: outbox.Claim, person: int) -> None:
    """Keep a mail for the next daily email of its recipient; raises Fenced unless this is its newest claim."""
    with autocommit() as connection:
        values = {"row": held.id, "token": held.token, "problem": COLLECTED, "person": person}
        if connection.execute(COLLECT, values).first() is None:
            raise outbox.Fenced(held)


def order(one: Due, *, hour: int) -> None:
    """Order the daily email of a person, unless it was ordered meanwhile.

    Everything that waits is in it, but what the person has since chosen to do without. The person is held, so that of
    two clocks one orders it, and what they choose at this moment counts.
    """
    person = db.session.get_one(Person, one.person)
    locking.hold(person)
    if one not in daily_mails.due(hour, only=one.person):
        return
    made = insert(DailyMail).values(person_id=person.id, day=one.day).on_conflict_do_nothing()
    id = db.session.scalar(made.returning(DailyMail.id))
    if id is None:
        return
    waiting = update(CollectedMail).where(CollectedMail.person_id == person.id, CollectedMail.daily_mail_id.is_(None))
    if person.mail_delivery == Delivery.URGENT:
        needless = CollectedMail.args["urgency"].astext == Urgency.OPTIONAL
        _settle(waiting.where(needless).values(daily_mail_id=id, left_out=NOT_URGENT))
    _settle(waiting.values(daily_mail_id=id))
    outbox.mail_daily(id, person=person)


def leave_out(reasons: Mapping[int, str]) -> None:
    """Record why these collected mails, by id, are not in their daily email."""
    for id, reason in reasons.items():
        _settle(update(CollectedMail).where(CollectedMail.id == id).values(left_out=reason))


def purge() -> None:
    """Delete daily emails with what they contained, RETENTION after they were ordered."""
    retention.delete_oldest(DailyMail.id, DailyMail.made_at, DailyMail.made_at < GRANTS_NOW - RETENTION)


def _settle(rows: Update) -> None:
    db.session.execute(rows.execution_options(synchronize_session=False))
