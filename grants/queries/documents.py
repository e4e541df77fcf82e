"""Documents and their state."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Text, case, cast, exists, false, func, select
from sqlalchemy.orm import aliased

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import db
from grants.models import Application, Document, DocumentFile, DocumentSnapshot, Outbox
from workflows.engine.reworded import REWORDED

MOST = 100
_LATER = aliased(Document)
_NEWER = (
    select(_LATER.number)
    .where(_LATER.supersedes_id == Document.id)
    .order_by(_LATER.id.desc())
    .limit(1)
    .scalar_subquery()
)
_PRINTS = Outbox.args["document"].astext
"""The id of the document that an outbox row prints."""
_GIVEN_UP = case(
    (
        ~exists().where(DocumentFile.document_id == Document.id),
        exists().where(
            Outbox.kind == "document",
            Outbox.done_at.is_(None),
            Outbox.dead_at.is_not(None),
            cast(Document.id, Text) == _PRINTS,
        ),
    ),
    else_=false(),
)
"""Whether printing was given up; only a document without a file is looked up in the outbox."""
_NEWEST = select(Document, _NEWER, _GIVEN_UP).order_by(Document.id.desc()).limit(MOST)


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """A document and its state.

    state: printing, failed (the Foundation's staff look into it), valid, superseded (by `newer`), void or revoked (for
    `reason`).
    """

    document: Document
    state: str
    newer: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far printing is: jobs ahead in the queue, attempts so far, and when printing was given up, if it was."""

    before: int
    tries: int
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Validity:
    """What the public may know of a document; it contains no name and no project title.

    amount and currency are None where the document awards no money, or where erasure has removed its snapshot. Of a
    document that was named by its number alone, everything but number, kind and state is empty.
    """

    number: str
    kind: str
    state: str
    newer: str = ""
    issued_on: date | None = None
    sha256: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    demo: bool = False


def of(application: Application, principal: Principal) -> list[DocumentStatus]:
    """The documents of an application that the principal may read, newest first, at most a hundred."""
    return _statuses(_NEWEST.where(Document.application_id == application.id, visible(Document, principal)))


def status_of(document: Document) -> DocumentStatus:
    """This document and its state."""
    return _statuses(_NEWEST.where(Document.id == document.id))[0]


def _statuses(wanted: Select[Any]) -> list[DocumentStatus]:
    """The documents with their states."""
    rows = db.session.execute(wanted)
    return [_status(document, newer or "", given_up=given_up) for document, newer, given_up in rows]


def _status(document: Document, newer: str, *, given_up: bool) -> DocumentStatus:
    if document.end:
        reason = REWORDED.get(document.end.reason, document.end.reason)
        return DocumentStatus(document, document.end.kind, newer, reason)
    if document.file is None:
        return DocumentStatus(document, "failed" if given_up else "printing", newer)
    return DocumentStatus(document, "superseded" if newer else "valid", newer)


def progress(document: Document) -> Progress:
    """The printing progress of a document that has no file yet."""
    row = db.session.scalars(
        select(Outbox)
        .where(Outbox.kind == "document", Outbox.done_at.is_(None), str(document.id) == _PRINTS)
        .order_by(Outbox.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return Progress(before=0, tries=0, given_up_at=None)
    waiting = (
        select(Outbox.id)
        .where(Outbox.queue == row.queue, Outbox.done_at.is_(None), Outbox.dead_at.is_(None), Outbox.id < row.id)
        .limit(1_000)
        .subquery()
    )
    before = db.session.scalar(select(func.count()).select_from(waiting)) or 0
    return Progress(before=before, tries=row.attempts, given_up_at=row.dead_at)


NO_CODE = "-" * 13
"""What a code is compared with where no document has one. No code is equal to it."""


def numbered(number: str, code: str) -> Validity | None:
    """The newest version of the document with this number, as the public may know it who shows its code.

    Numbers can be counted through, so None for every number without its code, after the same work whether a document
    has it or not. A document of an earlier release has no code: without one, its state is told and nothing else.
    """
    wanted = select(Document.id, Document.code).where(Document.number == number.strip().upper())
    id, kept = db.session.execute(wanted.order_by(Document.id.desc()).limit(1)).first() or (None, None)
    shown = hmac.compare_digest(code.encode(), (kept or NO_CODE).encode())
    if id is None or not (shown if kept else not code):
        return None
    found = _validity(Document.id == id)
    return found if kept or found is None else Validity(found.number, found.kind, found.state)


def of_file(sha256: str) -> Validity | None:
    """The document whose file has this SHA-256, as the public may know it."""
    return _validity(Document.id.in_(select(DocumentFile.document_id).where(DocumentFile.sha256 == sha256)))


def _validity(wanted: Any) -> Validity | None:
    found = next(iter(_statuses(_NEWEST.where(wanted).limit(1))), None)
    if found is None:
        return None
    document = found.document
    snapshot = db.session.get(DocumentSnapshot, document.id)
    data = snapshot.data if snapshot else {}
    amount = data.get("amount", data.get("awarded"))
    return Validity(
        number=document.number,
        kind=document.kind,
        state=found.state,
        newer=found.newer,
        issued_on=document.ordered_at.date(),
        sha256=document.file.sha256 if document.file else None,
        amount=Decimal(str(amount)) if amount is not None else None,
        currency=str(data["currency"]) if amount is not None else None,
        demo=bool(data.get("demo")),
    )
