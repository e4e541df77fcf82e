"""Documents of organisations, with their versions and the state of each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from grants.access.principals import Principal
from grants.access.visibility import visible
from grants.db import cached_for_page, db
from grants.models import Attachment, AttachmentCheck, OrganisationDocument
from grants.models.organisations import is_one_with
from grants.queries import attachments

MOST = 1_000
"""Versions of all documents of one organisation: so many are accepted, and a page reads them all."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document. delay: see `queries.attachments.delay`; None once the file has been checked."""

    row: OrganisationDocument
    delay: str | None

    @property
    def attachment(self) -> Attachment:
        """Its file."""
        return self.row.attachment

    @property
    def check(self) -> AttachmentCheck | None:
        """What the inspection has found, if it has ended."""
        return self.attachment.check

    @property
    def accepted(self) -> bool:
        """Whether the file can be downloaded."""
        return self.check is not None and self.check.verdict == "accepted"


@dataclass(frozen=True, slots=True)
class Document:
    """A document with all its versions, newest first."""

    versions: Sequence[Version]

    @property
    def newest(self) -> Version:
        """The newest version, whatever has become of its file."""
        return self.versions[0]

    @property
    def current(self) -> Version | None:
        """The newest version whose file was accepted."""
        return next((one for one in self.versions if one.accepted), None)


@cached_for_page
def of(organisation_id: int, principal: Principal) -> list[Document]:
    """The documents of an organisation that the principal may read; the one with the newest version first."""
    delay = case((AttachmentCheck.attachment_id.is_(None), attachments.delay()))
    rows = db.session.execute(
        select(OrganisationDocument, delay)
        .join(OrganisationDocument.attachment)
        .join(Attachment.uploader)
        .outerjoin(Attachment.check)
        .options(
            contains_eager(OrganisationDocument.attachment).options(
                contains_eager(Attachment.uploader),
                contains_eager(Attachment.check),
                selectinload(Attachment.previews),
            )
        )
        .where(
            is_one_with(OrganisationDocument.organisation_id, organisation_id), visible(OrganisationDocument, principal)
        )
        .order_by(OrganisationDocument.id.desc())
        .limit(MOST)
    )
    chains: dict[int | None, list[Version]] = {}
    for version in (Version(*row) for row in rows):
        chain = chains.pop(version.attachment.id, [])
        chains[version.attachment.replaces_id or -version.attachment.id] = [*chain, version]
    return sorted((Document(chain) for chain in chains.values()), key=lambda one: -one.newest.row.id)


def with_version(row: OrganisationDocument, principal: Principal) -> Document:
    """The document of which this is a version."""
    return next(
        one for one in of(row.organisation_id, principal) if any(version.row.id == row.id for version in one.versions)
    )


def _current(organisation_id: int) -> list[object]:
    """The conditions for the newest version of each document of an organisation whose file was not refused."""
    later = aliased(Attachment)
    replaced = select(later.id).where(later.replaces_id == Attachment.id).exists()
    return [
        is_one_with(OrganisationDocument.organisation_id, organisation_id),
        ~replaced,
        ~attachments.REFUSED.exists(),
    ]


def count(organisation_id: int) -> int:
    """How many documents the organisation has, without those that were not accepted."""
    wanted = select(func.count()).select_from(OrganisationDocument).join(OrganisationDocument.attachment)
    return db.session.scalar(wanted.where(*_current(organisation_id))) or 0  # type: ignore[arg-type]


def versions(organisation_id: int) -> int:
    """How many versions of documents the organisation has added, whatever has become of them."""
    wanted = select(func.count()).where(is_one_with(OrganisationDocument.organisation_id, organisation_id))
    return db.session.scalar(wanted.select_from(OrganisationDocument)) or 0


def has_file(organisation_id: int, *, type: str, title: str, sha256: str) -> bool:
    """Whether the newest version of a document of this type and title is this very file, and was not refused."""
    wanted = (
        select(OrganisationDocument.id)
        .join(OrganisationDocument.attachment)
        .where(*_current(organisation_id))  # type: ignore[arg-type]
        .where(OrganisationDocument.type == type, OrganisationDocument.title == title, Attachment.sha256 == sha256)
    )
    return db.session.scalar(wanted.limit(1)) is not None
