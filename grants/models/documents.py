"""Documents: numbered in the transaction that orders them, printed later by a worker, never changed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Side, Stamp, visible_through
from workflows.engine.message import Message

DOCUMENTS = {
    "award_letter": Message("Award letter"),
    "decline_letter": Message("Decision letter"),
    "receipt": Message("Receipt"),
    "impact_report": Message("Impact report"),
}
"""The name of each kind of document."""


class Document(Model):
    """A document as ordered. The row is never updated; later facts are stored in the related tables.

    code: what stands beside the number, so that only who holds the document can verify it; earlier releases had none.
    submission_id: the submission that a receipt confirms.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("number", "version"),
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{13}$'", name="code_has_its_form"),
        Index("document_about_idx", "application_id", "kind"),
        Index("document_superseded_idx", "supersedes_id", postgresql_where=text("supersedes_id IS NOT NULL")),
    )
    visibility = visible_through("application_id", Side.APPLICANT, Side.OFFICE)

    id: Mapped[Key]
    kind: Mapped[str]
    number: Mapped[str]
    code: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    language: Mapped[str]
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    ordered_at: Mapped[Stamp]

    snapshot: Mapped[DocumentSnapshot | None] = relationship(back_populates="document", uselist=False)
    file: Mapped[DocumentFile | None] = relationship(back_populates="document", uselist=False, lazy="joined")
    end: Mapped[DocumentEnd | None] = relationship(uselist=False, lazy="joined")


class DocumentSnapshot(Model):
    """All inputs of a document. Erasure can remove them; the number remains."""

    __tablename__ = "document_snapshot"
    visibility = visible_through("document_id", Side.OFFICE)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    data: Mapped[dict[str, object]] = mapped_column(JSONB)

    document: Mapped[Document] = relationship(back_populates="snapshot")


class DocumentFile(Model):
    """The printed file, by the hash of its content: at most one per document and one per outbox row."""

    __tablename__ = "document_file"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint("size > 0 AND pages > 0", name="is_not_empty"),
    )
    visibility = visible_through("document_id", Side.APPLICANT, Side.OFFICE)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), unique=True)
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    pages: Mapped[int]
    made_with: Mapped[dict[str, object]] = mapped_column(JSONB)
    at: Mapped[Stamp]

    document: Mapped[Document] = relationship(back_populates="file")


class DocumentEnd(Model):
    """The reason why a document is not valid: void (never printed) or revoked."""

    __tablename__ = "document_end"
    __table_args__ = (CheckConstraint("kind IN ('void', 'revoked')", name="kind_is_known"),)
    visibility = visible_through("document_id", Side.APPLICANT, Side.OFFICE)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    kind: Mapped[str]
    reason: Mapped[str]
    at: Mapped[Stamp]
