"""Proof that nothing was changed: history, steps, ledger and documents held against each other."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from itertools import groupby

from sqlalchemy import func, select, text
from sqlalchemy.orm import lazyload

from grants.db import db, now
from grants.models import Agreement, Application, Batch, Checkpoint, DocumentFile, Event, EventWords, Head, Instalment, Report
from grants.services.history import FIRST, digest, word_hash
from workflows.say import Say

STEPPED = (Application, Agreement, Instalment, Report, Batch)


def findings(seal_key: str, stored: Callable[[str], bool]) -> Iterator[Say]:
    """Everything that does not fit, in words; nothing when all is well. stored: whether a file of that hash is whole."""
    yield from _chains()
    yield from _heads()
    yield from _words()
    yield from _steps()
    yield from _checkpoints(seal_key)
    yield from _ledger()
    yield from _documents(stored)


def seal(key: str) -> Checkpoint | None:
    """Hash all heads at one instant and seal the hash with a key that is not in the database; None when nothing is new."""
    last = db.session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(1)).first()
    up_to, events = _extent()
    if not up_to or (last is not None and last.up_to == up_to):
        return None
    summary = _summary(up_to)
    row = Checkpoint(at=now(), up_to=up_to, events=events, digest=summary, seal=_sealed(key, up_to, events, summary))
    db.session.add(row)
    db.session.flush()
    return row


def _extent() -> tuple[int, int]:
    """The newest event that no running transaction can still come before, and how many there are up to it."""
    oldest = text("history.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    row = db.session.execute(select(func.max(Event.id), func.count(Event.id)).where(oldest)).one()
    return row[0] or 0, row[1]


def _summary(up_to: int) -> str:
    """SHA-256 over the newest hash of every subject up to that event."""
    newest = (select(Event.subject, Event.subject_id, Event.number, Event.hash).where(Event.id <= up_to)
              .distinct(Event.subject, Event.subject_id).order_by(Event.subject, Event.subject_id, Event.number.desc()))
    whole = hashlib.sha256()
    for row in db.session.execute(newest.execution_options(yield_per=1000)):
        whole.update(":".join(map(str, row)).encode())
    return whole.hexdigest()


def _sealed(key: str, up_to: int, events: int, summary: str) -> str:
    return hmac.new(key.encode(), f"{up_to}:{events}:{summary}".encode(), hashlib.sha256).hexdigest()


def _chains() -> Iterator[Say]:
    bare = select(Event).options(lazyload(Event.person), lazyload(Event.words)).execution_options(yield_per=1000)
    rows = db.session.scalars(bare.order_by(Event.subject, Event.subject_id, Event.number))
    for (subject, id), events in groupby(rows, key=lambda e: (e.subject, e.subject_id)):
        previous, number = FIRST, 0
        for event in events:
            if event.number != number + 1:
                yield Say("History of %(subject)s %(id)s: entry %(number)s is missing.", subject=subject, id=id, number=number + 1)
            if event.previous != previous or digest(event) != event.hash:
                yield Say("History of %(subject)s %(id)s: entry %(number)s was changed.", subject=subject, id=id, number=event.number)
            previous, number = event.hash, event.number


def _heads() -> Iterator[Say]:
    newest = select(Event.subject, Event.subject_id, func.max(Event.number).label("number")).group_by(Event.subject, Event.subject_id).subquery()
    same = (Head.subject == newest.c.subject) & (Head.subject_id == newest.c.subject_id) & (Head.number == newest.c.number)
    cut = select(Head.subject, Head.subject_id).outerjoin(newest, same).where(newest.c.number.is_(None)).order_by(Head.subject, Head.subject_id)
    for subject, id in db.session.execute(cut):
        yield Say("History of %(subject)s %(id)s: its end was cut off.", subject=subject, id=id)


def _words() -> Iterator[Say]:
    kept = select(EventWords, Event.said).join(Event, Event.id == EventWords.event_id).where(EventWords.words != "").order_by(EventWords.id)
    for words, said in db.session.execute(kept.execution_options(yield_per=1000)):
        if said["words"].get(words.name) != word_hash(words.salt, words.words):
            yield Say("History, event %(id)s: its words “%(name)s” were changed.", id=words.event_id, name=words.name)


def _steps() -> Iterator[Say]:
    """Replaying the events gives the steps that the tables hold."""
    for model in STEPPED:
        last = (select(Event.about_id, Event.step_to).where(Event.about == model.__tablename__, Event.step_to.is_not(None))
                .distinct(Event.about_id).order_by(Event.about_id, Event.id.desc()).subquery())
        wrong = (select(model.id, model.step, last.c.step_to).outerjoin(last, last.c.about_id == model.id)
                 .where(model.step.is_distinct_from(last.c.step_to)).order_by(model.id))
        for id, step, told in db.session.execute(wrong):
            yield Say("%(table)s %(id)s stands at %(step)s; its history says %(told)s.", table=model.__tablename__, id=id, step=step, told=told or "–")


def _checkpoints(key: str) -> Iterator[Say]:
    for point in db.session.scalars(select(Checkpoint).order_by(Checkpoint.id.desc()).limit(100)):
        count = db.session.scalar(select(func.count(Event.id)).where(Event.id <= point.up_to))
        if not hmac.compare_digest(point.seal, _sealed(key, point.up_to, point.events, point.digest)):
            yield Say("Checkpoint %(id)s: its seal is broken.", id=point.id)
        elif count != point.events or _summary(point.up_to) != point.digest:
            yield Say("Checkpoint %(id)s: the history before it is no longer what was sealed.", id=point.id)


def _ledger() -> Iterator[Say]:
    sums = text("""
        SELECT a.id, a.kind, b.amount, coalesce(sum(p.amount), 0) AS summed FROM account a JOIN balance b ON b.account_id = a.id
        LEFT JOIN posting p ON p.account_id = a.id GROUP BY a.id, a.kind, b.amount HAVING b.amount <> coalesce(sum(p.amount), 0) ORDER BY a.id""")
    for row in db.session.execute(sums):
        yield Say("Account %(id)s (%(kind)s) holds %(amount)s; its postings sum to %(summed)s.", id=row.id, kind=row.kind, amount=row.amount, summed=row.summed)
    uneven = text("SELECT entry_id FROM posting GROUP BY entry_id, currency HAVING sum(amount) <> 0 ORDER BY entry_id")
    for id in db.session.scalars(uneven):
        yield Say("Entry %(id)s of the ledger does not balance.", id=id)
    broken = text("""
        SELECT w.number FROM award w LEFT JOIN account a ON a.award_id = w.id AND a.kind IN ('committed', 'payable', 'in_transit', 'paid')
        LEFT JOIN balance b ON b.account_id = a.id GROUP BY w.id, w.number, w.amount HAVING w.amount <> coalesce(sum(b.amount), 0) ORDER BY w.id""")
    for number in db.session.scalars(broken):
        yield Say("Award %(number)s: committed, payable, in transit and paid do not sum to it.", number=number)


def _documents(stored: Callable[[str], bool]) -> Iterator[Say]:
    for row in db.session.scalars(select(DocumentFile).order_by(DocumentFile.document_id)):
        if not stored(row.sha256):
            yield Say("Document %(id)s: its file is missing or damaged.", id=row.document_id)
