"""Documents: order, revoke, void. A worker prints them after the transaction has been committed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from grants.db import db, today
from grants.models import Application, Document, DocumentEnd, DocumentFile, DocumentSnapshot, Organisation, Submission
from grants.models.documents import DOCUMENTS
from grants.services import locking, numbering, outbox
from grants.services.integrity import history
from reports.snapshots import AwardLetter, DeclineLetter, ImpactReport, Receipt
from reports.snapshots.facts import LANGUAGES, Language
from workflows.engine.message import N_, Message
from workflows.engine.roles import CLOCK

SERIES: dict[type[AwardLetter | DeclineLetter | ImpactReport | Receipt], str] = {
    AwardLetter: "L", DeclineLetter: "D", Receipt: "Q", ImpactReport: "I"}  # fmt: skip
EARLIER = N_("Document %(number)s created")
"""What earlier releases recorded, without the kind of the document."""
DAMAGED = "The stored file is missing or damaged. Select “Retry” to create it again."
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The characters of a code: no two of them look alike (Crockford's base 32)."""
CODE_LENGTH = 13
"""65 random bits: at a million tries a second, one document is found in half a million years."""


@dataclass(slots=True)
class Place:
    """The public address of this system, and whether it is a demonstration; set when the application is built."""

    address: str = "http://localhost"
    demo: bool = False


PLACE = Place()


def order(
    shape: type[AwardLetter | DeclineLetter | ImpactReport | Receipt],
    *,
    application: Application,
    submission: Submission | None = None,
    number: str | None = None,
    **facts: Any,
) -> Document:
    """Create a numbered document with its snapshot, and queue it for printing.

    shape: the model of the snapshot; facts: its fields, except those set here. submission: what a receipt confirms.
    number: if it was drawn already. A later document of the same kind supersedes the earlier one. The language is that
    of the organisation if letters exist in it, else English. Raises pydantic.ValidationError for invalid facts.
    """
    kind = shape.model_fields["kind"].default
    language = language_of(application.organisation)
    number, code = number or numbering.draw(SERIES[shape])[0], draw_code()
    document = Document(
        kind=kind,
        number=number,
        code=code,
        version=1,
        language=language,
        application_id=application.id,
        submission_id=submission and submission.id,
        supersedes_id=_newest(application, kind),
    )
    db.session.add(document)
    db.session.flush()
    named: dict[str, Any] = {"number": number, "code": code, "version": 1, "language": language, "issued_on": today()}
    snapshot = shape(**named, demo=PLACE.demo, check_url=f"{PLACE.address}/v/{number}/{code}", **facts)
    db.session.add(DocumentSnapshot(document_id=document.id, data=snapshot.model_dump(mode="json")))
    outbox.print_document(document)
    return document


def language_of(organisation: Organisation) -> Language:
    """The language of the documents of an organisation: its own if documents exist in it, else English."""
    return next((one for one in LANGUAGES if one == organisation.language), "en")


def draw_code() -> str:
    """A new code of a document, which nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def newest(application: Application, kind: str) -> str:
    """The number of the newest document of that kind of the application that is not void, or empty."""
    void = Document.end.has(DocumentEnd.kind == "void")
    numbers = select(Document.number).where(Document.application_id == application.id, Document.kind == kind, ~void)
    return db.session.scalars(numbers.order_by(Document.id.desc()).limit(1)).first() or ""


def _newest(application: Application, kind: str) -> int | None:
    """The id of the newest document of that kind of the application."""
    wanted = select(Document.id).where(Document.application_id == application.id, Document.kind == kind)
    return db.session.scalar(wanted.order_by(Document.id.desc()).limit(1))


def printed(id: int, *, application: int, kind: str, number: str, fingerprint: str) -> None:
    """Record in the history of its application that the file of a document, with this fingerprint, has been stored."""
    event = history.Record(
        history.About("application", application, "document", id),
        actor=CLOCK,
        key="print",
        message=Message("%(kind)s %(number)s created", kind=DOCUMENTS[kind], number=number),
        audience="office",
        rows={DocumentFile.__tablename__: {str(id): fingerprint}},
    )
    history.record_all([event])


def damaged(document: Document, *, again: bool = False) -> None:
    """List a document whose stored file is missing or damaged among the failures, unless it is there or being printed.

    Retried there, it is printed again. again: retry at once.
    """
    locking.hold(locking.Chain("application", document.application_id))
    outbox.list_failure(document, problem=DAMAGED)
    if again:
        outbox.print_again(document)


def restored(document: Document) -> None:
    """Record in the history of its application that the file of a document was put back."""
    history.record(
        history.About("application", document.application_id, "document", document.id),
        actor=CLOCK,
        key="restore",
        message=Message(
            "%(kind)s %(number)s created again, because its stored file was missing or damaged",
            kind=DOCUMENTS[document.kind],
            number=document.number,
        ),
        audience="office",
    )


def revoke(application: Application, kind: str, *, reason: str) -> None:
    """Revoke every valid document of that kind of the application. reason: shown with the document."""
    valid = select(Document.id).where(
        Document.application_id == application.id, Document.kind == kind, ~Document.end.has()
    )
    for id in db.session.scalars(valid.order_by(Document.id)):
        db.session.add(DocumentEnd(document_id=id, kind="revoked", reason=reason))
    db.session.flush()


def void(document_id: int, *, reason: str) -> None:
    """Record that the document will not be printed, and why. Its number is not used again."""
    db.session.add(DocumentEnd(document_id=document_id, kind="void", reason=reason))
    db.session.flush()
