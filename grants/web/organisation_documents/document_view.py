"""What the pages of an organisation's documents show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext

from grants.access.permissions import Permission
from grants.access.principals import roles_on
from grants.forms.organisation_documents import DocumentForm, VersionForm
from grants.models import Organisation, OrganisationDocument
from grants.queries import organisation_documents as documents
from grants.queries.organisation_documents import Document, Version
from grants.web.attachments import file_view
from grants.web.attachments.file_view import FileView, Limit
from grants.web.site.authorization import principal
from grants.web.site.formats import current_day, day, days_left, translate
from workflows.engine.roles import Role
from workflows.organisation_documents import ACCEPTED, TYPES, Validity, validity

TONES = {Validity.ENDING: "soon", Validity.ENDED: "late"}


@dataclass(frozen=True, slots=True)
class ValidityView:
    """How long a version is valid. tone: soon or late, where the reader should act. left: in how many days it ends."""

    text: str
    tone: str
    left: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version: its number, its file, and who added it when. current: it is the one that counts."""

    number: int
    file: FileView
    validity: ValidityView
    by: str
    at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list. newest: its newest version. in_use: says which version counts, if that is another one."""

    title: str
    url: str
    replace_url: str
    newest: VersionView
    in_use: str


@dataclass(frozen=True, slots=True)
class DocumentList:
    """The documents of an organisation. add_url: empty for readers who add none."""

    rows: Sequence[Row]
    add_url: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One document. earlier: its other versions, newest first."""

    organisation: Organisation
    row: Row
    earlier: Sequence[VersionView]


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The form of a new document or, with `row`, of a newer version of one. address: where it is sent."""

    organisation: Organisation
    address: str
    form: VersionForm
    limits: Sequence[Limit]
    row: Row | None = None


def listing(organisation: Organisation) -> DocumentList | None:
    """The documents of an organisation; None for a reader who may read none."""
    if not principal().may(Permission.READ_ORGANISATION_DOCUMENT):
        return None
    member = organisation.id in principal().organisations
    rows = [_row(one) for one in documents.of(organisation.id, principal())]
    add_url = url_for("organisation_documents.new", id=organisation.id) if member else ""
    return DocumentList(rows, add_url)


def show(organisation: Organisation, version: OrganisationDocument) -> DocumentPage:
    """The page of the document of which this is a version."""
    document = documents.with_version(version, principal())
    return DocumentPage(organisation, _row(document), [_version(one, document) for one in document.versions[1:]])


def adding(organisation: Organisation, form: DocumentForm) -> UploadPage:
    """The page with the form of a new document."""
    address = url_for("organisation_documents.add", id=organisation.id)
    return UploadPage(organisation, address, form, file_view.limits(ACCEPTED))


def replacing(organisation: Organisation, version: OrganisationDocument, form: VersionForm) -> UploadPage:
    """The page with the form of a newer version."""
    row = _row(documents.with_version(version, principal()))
    address = url_for("organisation_documents.add_version", id=version.id)
    return UploadPage(organisation, address, form, file_view.limits(ACCEPTED), row)


def title(row: OrganisationDocument) -> str:
    """The name of a document: that of its type, or what its organisation calls it."""
    return row.title or translate(TYPES[row.type])


def _row(document: Document) -> Row:
    newest = document.newest
    member = Role.APPLICANT in roles_on(newest.row, principal())
    return Row(
        title=title(newest.row),
        url=url_for("organisation_documents.show", id=newest.row.id),
        replace_url=url_for("organisation_documents.replace", id=newest.row.id) if member else "",
        newest=_version(newest, document),
        in_use=_in_use(document),
    )


def _in_use(document: Document) -> str:
    current = document.current
    if current is None or current is document.newest:
        return ""
    return gettext(
        "Version %(number)s remains the current one until a newer file is accepted.", number=current.row.version
    )


def _version(version: Version, document: Document) -> VersionView:
    return VersionView(
        number=version.row.version,
        file=file_view.of(version.attachment, version.delay),
        validity=_validity(version.row.valid_from, version.row.valid_until),
        by=version.attachment.uploader.name,
        at=version.attachment.uploaded_at,
        current=version is document.current,
    )


def _validity(first: date | None, last: date | None) -> ValidityView:
    state = validity(first, last, current_day())
    if state is Validity.LATER and first:
        return ValidityView(gettext("from %(day)s", day=day(first, "year")), "", "")
    if last is None:
        return ValidityView(gettext("no expiry"), "", "")
    tone = TONES.get(state, "")
    left = gettext("expired") if state is Validity.ENDED else days_left(last) if tone else ""
    return ValidityView(day(last, "year"), tone, left)
