"""Documents of organisations: add one, or replace it with a newer version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from grants.db import db
from grants.models import Organisation, OrganisationDocument
from grants.queries import organisation_documents as documents
from grants.services import attachments, locking
from grants.services.attachments import Upload
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.engine.message import N_, Message
from workflows.engine.roles import Actor
from workflows.organisation_documents import MOST, TYPES

TOO_MANY = N_("Your organisation already has %(most)s documents. Replace one of them instead of adding another.")
TOO_MANY_VERSIONS = N_(
    "Your organisation has added %(most)s files, which is the maximum. Write to your programme officer."
)
KNOWN = Message("Your organisation has already added this file as a document of this type.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the organisation states about a version: the first and the last day of its validity, where it has them."""

    valid_from: date | None
    valid_until: date | None


def add(
    organisation: Organisation, upload: Upload, facts: Facts, *, type: str, title: str = "", actor: Actor
) -> OrganisationDocument:
    """Add a document of this type; its file is inspected later.

    title: what the organisation calls it, if its type is `other`. Raises Refused if the organisation has this very file
    as a document of this type, or has too many.
    """
    _hold(organisation, actor)
    if documents.has_file(organisation.id, type=type, title=title, sha256=upload.sha256):
        raise Refused(KNOWN)
    if documents.count(organisation.id) >= MOST:
        raise Refused(Message(TOO_MANY, most=MOST))
    attachment = attachments.add(upload, organisation=organisation, actor=actor)
    row = OrganisationDocument(
        organisation_id=organisation.id,
        attachment_id=attachment.id,
        type=type,
        title=title,
        version=1,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        added_by=actor.person,
    )
    return _stored(row, Message("%(type)s added", type=TYPES[type]), upload, actor, key="add_document")


def replace(document: OrganisationDocument, upload: Upload, facts: Facts, *, actor: Actor) -> OrganisationDocument:
    """Add a newer version of a document. The earlier one stays, and counts until the newer file has been accepted.

    Raises Refused if another person has replaced it meanwhile.
    """
    organisation = db.session.get_one(Organisation, document.organisation_id)
    _hold(organisation, actor)
    attachment = attachments.add(upload, organisation=organisation, actor=actor, replaces=document.attachment_id)
    row = OrganisationDocument(
        organisation_id=organisation.id,
        attachment_id=attachment.id,
        type=document.type,
        title=document.title,
        version=document.version + 1,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        added_by=actor.person,
    )
    return _stored(row, Message("%(type)s replaced", type=TYPES[document.type]), upload, actor, key="replace_document")


def _hold(organisation: Organisation, actor: Actor) -> None:
    """Hold the organisation; raises Refused if it cannot add another file."""
    locking.hold(organisation, actor=actor)
    if documents.versions(organisation.id) >= documents.MOST:
        raise Refused(Message(TOO_MANY_VERSIONS, most=documents.MOST))


def _stored(
    row: OrganisationDocument, message: Message, upload: Upload, actor: Actor, *, key: str
) -> OrganisationDocument:
    db.session.add(row)
    db.session.flush()
    about = history.About("organisation", row.organisation_id, "organisation_document", row.id)
    history.record(about, actor=actor, key=key, message=message, words={"title": row.title, "file": upload.name})
    return row
