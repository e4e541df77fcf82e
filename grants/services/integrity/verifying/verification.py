"""Checks of `grants verify`: they detect rows that contradict history, ledger or stored files.

The schema comes first: the other checks believe what the database shows them.

A change that leaves all of these consistent is not detected. Rewritten history is detected for events that a checkpoint
covers; a newer event is protected only by its hash chain, which needs no key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import lazyload

from grants.db import db
from grants.models import (
    Agreement,
    Application,
    Assignment,
    AttachmentCheck,
    AttachmentPreview,
    Batch,
    Call,
    DocumentFile,
    Event,
    Head,
    Instalment,
    Report,
)
from grants.services import outbox
from grants.services.integrity import adoption
from grants.services.integrity.history import FIRST, digest
from grants.services.integrity.sealing import anchored, seals
from grants.services.integrity.verifying import (
    attachments,
    books,
    comparison,
    messages,
    progress,
    schema,
    sequences,
    snapshot,
    subjects,
    submissions,
    texts,
    times,
)
from workflows.engine.message import N_, Message

STEPPED = (Application, Agreement, Instalment, Report, Batch, Assignment, Call)
UNREADABLE = (DBAPIError, RecursionError, *comparison.FORGED)
"""What a check can raise at a value that only a forger writes."""

UNRELIABLE = N_(
    "The database differs from what the migrations create. Until it is repaired, do not rely on the other checks,"
    " whether or not they find anything."
)


def findings(
    evidence: seals.Evidence, stored: Callable[[str], bool], *, noted: Callable[[Message], object] | None = None
) -> Iterator[Message]:
    """One message for each inconsistency; none when all checks pass. Each check reads the same snapshot.

    evidence: what the checkpoints are compared with; taken before this is called, because a checkpoint is stored before
    its anchor. stored: whether the file with that SHA-256 exists and is undamaged; raises OSError if it cannot be read,
    and ValueError for a name that is none. noted: is called first, with what is known and no inconsistency, and with
    what cannot be verified here. A check that stops at a value which cannot be read is a finding too.

    The files are read after the transaction, which could otherwise last for hours.
    """
    with snapshot.taken():
        if noted is not None:
            for note in _notes(evidence):
                noted(note)
        yield from checks(evidence)
        files = _stored_files()
    for what, id, sha256 in files:
        yield from _file(what, id, sha256, stored)


def checks(evidence: seals.Evidence) -> Iterator[Message]:
    """The findings of every check that reads the database, in the transaction of the caller."""
    yield from _schema()
    yield from _whole(Message("clock"), lambda: schema.moved(movable=evidence.movable_clock))
    yield from _whole(Message("chains of events"), _chains)
    yield from _whole(Message("ends of chains"), _heads)
    yield from _whole(Message("times of events"), lambda: times.problems(movable=evidence.movable_clock))
    yield from _whole(Message("numbers of rows"), sequences.problems)
    yield from _whole(Message("texts of events"), texts.problems)
    yield from _whole(Message("subjects of events"), subjects.problems)
    yield from _whole(Message("steps"), _steps)
    yield from _whole(Message("steps that flows allow"), progress.problems)
    yield from _whole(Message("rows"), comparison.problems)
    yield from _whole(Message("adoption of rows"), adoption.problems)
    yield from _whole(Message("submissions"), submissions.problems)
    yield from _whole(Message("messages and notes"), messages.problems)
    yield from _whole(Message("checkpoints"), lambda: seals.problems(evidence))
    yield from _whole(Message("digest emails"), lambda: _digests(evidence))
    yield from _whole(Message("ledger"), books.problems)
    yield from _whole(Message("documents to create"), lambda: _unprinted(evidence))
    yield from _whole(Message("documents"), _documents)
    yield from _whole(Message("attachments"), attachments.problems)


def _schema() -> Iterator[Message]:
    """The findings on the schema. If there is one, the other checks may have been shown something else."""
    differs = False
    for finding in _whole(Message("schema"), schema.problems):
        differs = True
        yield finding
    if differs:
        yield Message(UNRELIABLE)


def _notes(evidence: seals.Evidence) -> Iterator[Message]:
    yield from _whole(Message("schema"), schema.notes)
    yield from _whole(Message("submissions"), submissions.notes)
    yield from _whole(Message("checkpoints"), lambda: seals.notes(evidence))


def _whole(name: Message, check: Callable[[], Iterable[Message]]) -> Iterator[Message]:
    """The findings of a check, and that it stopped, if a value could not be read. The snapshot outlives that."""
    try:
        with db.session.begin_nested():
            schema.fix_session()
            yield from check()
    except UNREADABLE as error:
        snapshot.recover(error)
        stopped = N_("The check of %(name)s stopped at a value that cannot be read (%(reason)s).")
        yield Message(stopped, name=name, reason=anchored.reason(error))


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


def _steps() -> Iterator[Message]:
    """The step of each row equals the one in its newest event with a step. Rows of earlier releases may have none."""
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
            .join(last, last.c.about_id == model.id, isouter=True)
            .where(model.step.is_distinct_from(last.c.step_to))
            .order_by(model.id)
        )
        known = progress.earlier(model)
        for id, step, recorded in db.session.execute(wrong):
            if recorded is not None or id not in known:
                yield Message(
                    "%(table)s %(id)s is at step %(step)s; its history says %(recorded)s.",
                    table=model.__tablename__,
                    id=id,
                    step=step,
                    recorded=recorded or "–",
                )


DIGESTS = """
    SELECT m.sent_on FROM public.digest_mail m JOIN public.checkpoint c ON c.id = m.checkpoint_id
    WHERE m.sent_on NOT BETWEEN timezone('UTC', c.at)::date AND timezone('UTC', public.grants_now())::date
    ORDER BY m.sent_on"""
"""Days that are not between that of the checkpoint and today: on a day that is noted already, no digest is sent."""


def _digests(evidence: seals.Evidence) -> Iterator[Message]:
    """Days on which the digest of a checkpoint cannot have been mailed. Where the clock can be moved, none is known."""
    for day in () if evidence.movable_clock else db.session.scalars(text(DIGESTS)):
        yield Message("The digest email recorded for %(day)s cannot have been sent on that day.", day=day)


UNFOUNDED = """
    SELECT d.id FROM public.document d JOIN public.document_snapshot s ON s.document_id = d.id
    LEFT JOIN public.award w ON w.application_id = d.application_id
    LEFT JOIN public.submission u ON u.id = d.submission_id
    WHERE (s.data ->> 'kind', s.data ->> 'number', s.data ->> 'code', s.data ->> 'version', s.data ->> 'language')
          IS DISTINCT FROM (d.kind, d.number, d.code, d.version::text, d.language)
       OR (d.kind = 'receipt' AND s.data ->> 'submitted_sha256' IS DISTINCT FROM u.sha256)
       OR (d.kind = 'award_letter'
           AND d.id = (SELECT max(id) FROM public.document
                       WHERE application_id = d.application_id AND kind = 'award_letter')
           AND (CASE WHEN s.data ->> 'amount' ~ '^[0-9]+([.][0-9]+)?$' THEN (s.data ->> 'amount')::numeric END,
                s.data ->> 'currency') IS DISTINCT FROM (w.amount, w.currency))
    ORDER BY d.id"""
"""Documents whose snapshot differs from their number, their code, the submission that they confirm, or their award."""


UNPRINTED = """
    SELECT d.id FROM public.document d
    WHERE NOT EXISTS (SELECT FROM public.document_file f WHERE f.document_id = d.id)
      AND NOT EXISTS (SELECT FROM public.document_end e WHERE e.document_id = d.id AND e.kind = 'void')
      AND NOT EXISTS (
          SELECT FROM public.outbox o
          WHERE o.kind = 'document' AND o.queue = :queue AND o.args ->> 'document' = d.id::text AND o.done_at IS NULL
            AND (:movable
                 OR greatest(o.next_at, o.not_before, o.leased_until) < public.grants_now() + interval '1 day'))
    ORDER BY d.id"""
"""Documents that no worker prints and that nobody sees as given up.

The row of the outbox is stored in the transaction of the document, and is done in that of its file. It is never
deleted, also when the document is given up. Its pauses and leases take an hour at most.
"""


def _unprinted(evidence: seals.Evidence) -> Iterator[Message]:
    """Documents without a file that will never get one. Where the clock can be moved, a long pause is no sign of it."""
    values = {"queue": outbox.LETTERS, "movable": evidence.movable_clock}
    for id in db.session.scalars(text(UNPRINTED), values):
        yield Message("Document %(id)s has no file and is not queued for creation.", id=id)


def _documents() -> Iterator[Message]:
    """Documents whose public page differs from what they are about."""
    for id in db.session.scalars(text(UNFOUNDED)):
        yield Message("Document %(id)s differs from the award or the submission that it is about.", id=id)


def _stored_files() -> list[tuple[str, int, str]]:
    """What each stored file belongs to, as a key of UNREAD and an id, and its hash."""
    kept: dict[str, Select[*tuple[Any, ...]]] = {
        "document": select(DocumentFile.document_id, DocumentFile.sha256).order_by(DocumentFile.document_id),
        "attachment": select(AttachmentCheck.attachment_id, AttachmentCheck.sha256)
        .where(AttachmentCheck.sha256.is_not(None))
        .order_by(AttachmentCheck.attachment_id),
        "preview": select(AttachmentPreview.id, AttachmentPreview.sha256).order_by(AttachmentPreview.id),
    }
    return [(what, id, sha256) for what, rows in kept.items() for id, sha256 in db.session.execute(rows)]


UNREAD = {
    "document": N_("Document %(id)s: its file cannot be read (%(reason)s)."),
    "attachment": N_("Attachment %(id)s: its file cannot be read (%(reason)s)."),
    "preview": N_("Preview %(id)s of an attachment: its file cannot be read (%(reason)s)."),
}
MISSING = {
    "document": N_("Document %(id)s: its file is missing or damaged."),
    "attachment": N_("Attachment %(id)s: its file is missing or damaged."),
    "preview": N_("Preview %(id)s of an attachment: its file is missing or damaged."),
}


def _file(what: str, id: int, sha256: str, stored: Callable[[str], bool]) -> Iterator[Message]:
    """A stored file, if it is missing, damaged or cannot be read."""
    try:
        whole = stored(sha256)
    except (OSError, ValueError) as error:
        yield Message(UNREAD[what], id=id, reason=anchored.reason(error))
    else:
        if not whole:
            yield Message(MISSING[what], id=id)
