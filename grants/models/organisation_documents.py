"""Documents of organisations, such as a registration certificate. The rows only grow."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.db import Key, Model, Stamp, Visibility
from grants.models.attachments import Attachment
from grants.models.organisations import Organisation
from workflows.organisation_documents import TYPES


class OrganisationDocument(Model):
    """One version of a document of an organisation: its file and how long it is valid.

    type: a key of `workflows.organisation_documents.TYPES`. title: what the organisation calls a document of the type
    `other`, else empty. version: counted from one; the attachment names the earlier one that it replaces.
    """

    __tablename__ = "organisation_document"
    __table_args__ = (
        CheckConstraint(f"type IN {tuple(TYPES)}", name="type_is_known"),
        CheckConstraint("(type = 'other') = (title <> '')", name="other_has_a_title"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
        CheckConstraint("version > 0", name="is_counted_from_one"),
        Index("organisation_document_owned_idx", "organisation_id", "id"),
    )
    visibility = Visibility(root="organisation_document")

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), unique=True)
    type: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[Stamp]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    attachment: Mapped[Attachment] = relationship(lazy="raise")
