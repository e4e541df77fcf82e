"""Checks of `grants verify`: they detect rows that contradict history, ledger or stored files.

A change that leaves all of these consistent is not detected. Rewritten history is detected for events that a checkpoint
covers; a newer event is protected only by its hash chain, which needs no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from sqlalchemy import and_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import lazyload

from grants.db import db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    Batch,
    Call,
    DocumentFile,
    Event,
    EventText,
    Head,
    Instalment,
    Payment,
    Report,
)
from grants.services.integrity import seals, submissions
from grants.services.integrity.comparison import payments, settled, unrecorded
from grants.services.integrity.history import FIRST, digest, word_hash
from workflows.engine.message import N_, Message

STEPPED = (Application, Agreement, Instalment, Report, Batch, Assignment, Call)
LATER = (Assignment, Call)
"""Models whose events did not name the step at first."""


def findings(evidence: seals.Evidence, stored: Callable[[str], bool]) -> Iterator[Message]:
    """One message for each inconsistency; none when all checks pass.

    evidence: what the checkpoints are compared with. stored: whether the file with that SHA-256 exists and is
    undamaged.
    """
    yield from _chains()
    yield from _heads()
    yield from _words()
    yield from _steps()
    yield from settled()
    yield from unrecorded()
    yield from submissions.problems()
    yield from seals.problems(evidence)
    yield from _ledger()
    yield from _totals()
    yield from _waiting()
    yield from payments()
    yield from _documents(stored)


def _chains() -> Iterator[Message]:
    bare = select(Event).options(lazyload(Event.person), lazyload(Event.words)).execution_options(yield_per=1000)
    rows = db.session.scalars(bare.order_by(Event.subject, Event.subject_id, Event.number))
    for (subject, id), events in groupby(rows, key=lambda e: (e.subject, e.subject_id)):
        previous, number = FIRST, 0
        for event in events:
            if event.number != number + 1:
                yield Message(
                    "History of %(subject)s %(id)s: entry %(number)s is missing.",
                    subject=subject,
                    id=id,
                    number=number + 1,
                )
            if event.previous != previous or digest(event) != event.hash:
                yield Message(
                    "History of %(subject)s %(id)s: entry %(number)s was changed.",
                    subject=subject,
                    id=id,
                    number=event.number,
                )
            previous, number = event.hash, event.number


def _heads() -> Iterator[Message]:
    newest = (
        select(Event.subject, Event.subject_id, Event.number, Event.hash)
        .ext(distinct_on(Event.subject, Event.subject_id))
        .order_by(Event.subject, Event.subject_id, Event.number.desc())
        .subquery()
    )
    whose = (Head.subject == newest.c.subject) & (Head.subject_id == newest.c.subject_id)
    same = whose & (Head.number == newest.c.number) & (Head.hash == newest.c.hash)
    cut = (
        select(Head.subject, Head.subject_id)
        .outerjoin(newest, same)
        .where(newest.c.number.is_(None))
        .order_by(Head.subject, Head.subject_id)
    )
    for subject, id in db.session.execute(cut):
        yield Message("History of %(subject)s %(id)s: the newest entries are missing.", subject=subject, id=id)
    headless = (
        select(newest.c.subject, newest.c.subject_id)
        .outerjoin(Head, whose)
        .where(Head.number.is_(None))
        .order_by(newest.c.subject, newest.c.subject_id)
    )
    for subject, id in db.session.execute(headless):
        yield Message("History of %(subject)s %(id)s: the head of its chain is missing.", subject=subject, id=id)


def _words() -> Iterator[Message]:
    kept = (
        select(EventText, Event.message)
        .join(Event, Event.id == EventText.event_id)
        .where(EventText.words != "")
        .order_by(EventText.id)
    )
    for words, message in db.session.execute(kept.execution_options(yield_per=1000)):
        if message["words"].get(words.name) != word_hash(words.salt, words.words):
            yield Message("History, event %(id)s: its text “%(name)s” was changed.", id=words.event_id, name=words.name)


def _steps() -> Iterator[Message]:
    """The step of each row equals the one in its newest event with a step; only those of LATER may have none."""
    for model in STEPPED:
        last = (
            select(Event.about_id, Event.step_to)
            .where(Event.about == model.__tablename__, Event.step_to.is_not(None))
            .ext(distinct_on(Event.about_id))
            .order_by(Event.about_id, Event.id.desc())
            .subquery()
        )
        wrong = (
            select(model.id, model.step, last.c.step_to)
            .join(last, last.c.about_id == model.id, isouter=model not in LATER)
            .where(model.step.is_distinct_from(last.c.step_to))
            .order_by(model.id)
        )
        for id, step, recorded in db.session.execute(wrong):
            yield Message(
                "%(table)s %(id)s is at step %(step)s; its history says %(recorded)s.",
                table=model.__tablename__,
                id=id,
                step=step,
                recorded=recorded or "–",
            )


def _ledger() -> Iterator[Message]:
    sums = text("""
        SELECT a.id, a.kind, b.amount, coalesce(sum(p.amount), 0) AS summed
        FROM account a JOIN balance b ON b.account_id = a.id LEFT JOIN posting p ON p.account_id = a.id
        GROUP BY a.id, a.kind, b.amount HAVING b.amount <> coalesce(sum(p.amount), 0)
        ORDER BY a.id""")
    for row in db.session.execute(sums):
        yield Message(
            "Account %(id)s (%(kind)s): the balance is %(amount)s, but the postings give %(summed)s.",
            id=row.id,
            kind=row.kind,
            amount=row.amount,
            summed=row.summed,
        )
    uneven = text("SELECT entry_id FROM posting GROUP BY entry_id, currency HAVING sum(amount) <> 0 ORDER BY entry_id")
    for id in db.session.scalars(uneven):
        yield Message("Entry %(id)s of the ledger does not balance.", id=id)
    broken = text("""
        SELECT w.number FROM award w
        JOIN application p ON p.id = w.application_id
        LEFT JOIN account a ON a.award_id = w.id
        LEFT JOIN balance b ON b.account_id = a.id
        GROUP BY w.id, w.number, w.amount, p.step
        HAVING coalesce(sum(b.amount), 0) <> CASE WHEN p.step IN ('withdrawn', 'terminated') THEN 0 ELSE w.amount END
        ORDER BY w.id""")
    for number in db.session.scalars(broken):
        yield Message(
            "Award %(number)s: its accounts, from committed to returned, do not add up to its amount.", number=number
        )


def _totals() -> Iterator[Message]:
    """The stored totals equal the sums of the postings; the balances are checked separately."""
    sums = text("""
        SELECT kind, fund_id, call_id, coalesce(t.amount, 0) AS amount, coalesce(s.amount, 0) AS summed
        FROM (SELECT *, coalesce(call_id, 0) AS call FROM total) t
        FULL JOIN (SELECT a.kind, a.fund_id, a.currency, coalesce(a.call_id, 0) AS call, sum(p.amount) AS amount
                   FROM posting p JOIN account a ON a.id = p.account_id GROUP BY 1, 2, 3, 4) s
             USING (kind, fund_id, currency, call)
        WHERE coalesce(t.amount, 0) <> coalesce(s.amount, 0) ORDER BY fund_id, kind, call""")
    for row in db.session.execute(sums):
        yield Message(
            "Total %(kind)s of fund %(fund)s, call %(call)s: %(amount)s is stored, but the postings give %(summed)s.",
            kind=row.kind,
            fund=row.fund_id,
            call=row.call_id or "–",
            amount=row.amount,
            summed=row.summed,
        )


def _waiting() -> Iterator[Message]:
    """`waits` is true exactly when an instalment is payable and in no batch that is not cancelled."""
    taken = select(Payment.instalment_id).where(Payment.instalment_id == Instalment.id, ~Payment.undone).exists()
    truth = and_(Instalment.step == "payable", ~taken)
    wrong = select(Instalment.id, Instalment.waits).where(Instalment.waits != truth).order_by(Instalment.id)
    for id, waits in db.session.execute(wrong):
        message = (
            N_("Instalment %(id)s is marked as waiting for a batch, but it is not payable or is already in one.")
            if waits
            else N_("Instalment %(id)s is payable and in no batch, but it is not marked as waiting for one.")
        )
        yield Message(message, id=id)


def _documents(stored: Callable[[str], bool]) -> Iterator[Message]:
    for row in db.session.scalars(select(DocumentFile).order_by(DocumentFile.document_id)):
        if not stored(row.sha256):
            yield Message("Document %(id)s: its file is missing or damaged.", id=row.document_id)
