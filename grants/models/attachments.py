"""Attachments: files that people have uploaded, and what the inspection of each has found. The rows only grow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Stamp, Visibility, visible_through
from grants.models.persons import Person
from workflows.attachments import KINDS


class Attachment(Model):
    """A file as it was uploaded. It may be read by whoever may read what it is attached to.

    organisation_id: whose history names it, and whose space it takes. name: as it is shown. kind: a key of
    `workflows.attachments.KINDS`. size, sha256: of the upload. quarantine_key: where the upload waits until it has been
    checked. replaces_id: the earlier version, of which there is at most one later.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_is_known"),
        CheckConstraint("name <> '' AND name !~ '[/\\\\]' AND octet_length(name) <= 255", name="name_is_no_path"),
        CheckConstraint("size > 0", name="is_not_empty"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint("quarantine_key ~ '^[0-9a-f]{32}$'", name="quarantine_key_has_its_form"),
        CheckConstraint("replaces_id < id", name="replaces_an_earlier_one"),
        Index("attachment_owned_idx", "organisation_id", "id"),
    )
    visibility = Visibility(root="attachment")

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    quarantine_key: Mapped[str] = mapped_column(unique=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), unique=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[Stamp]

    uploader: Mapped[Person] = relationship(lazy="raise")
    check: Mapped[AttachmentCheck | None] = relationship(lazy="joined", uselist=False)
    previews: Mapped[list[AttachmentPreview]] = relationship(order_by="AttachmentPreview.number")


class AttachmentCheck(Model):
    """What the inspection has found; a file without this row is being checked.

    reason: the stored message of a refusal. The other columns describe what was stored in place of the upload.
    notes: the stored messages of what it no longer has.
    """

    __tablename__ = "attachment_check"
    __table_args__ = (
        CheckConstraint("verdict IN ('accepted', 'refused')", name="verdict_is_known"),
        CheckConstraint(
            "CASE verdict WHEN 'accepted' THEN reason IS NULL AND num_nonnulls(name, media_type, sha256, size) = 4"
            " ELSE reason IS NOT NULL AND num_nonnulls(name, media_type, sha256, size, pages) = 0 END",
            name="accepted_is_stored",
        ),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
        CheckConstraint("size > 0 AND pages > 0", name="is_not_empty"),
        Index("attachment_check_stored_idx", "sha256", postgresql_where=text("sha256 IS NOT NULL")),
    )
    visibility = visible_through("attachment_id")

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    verdict: Mapped[str]
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    pages: Mapped[int | None]
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    at: Mapped[Stamp]


class AttachmentPreview(Model):
    """A picture of one of the first pages of an accepted file, or its thumbnail. Previews are JPEG."""

    __tablename__ = "attachment_preview"
    __table_args__ = (
        UniqueConstraint("attachment_id", "number"),
        CheckConstraint("number > 0", name="is_counted_from_one"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_a_hash"),
    )
    visibility = visible_through("attachment_id")

    id: Mapped[Key]
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    number: Mapped[int]
    sha256: Mapped[str]
