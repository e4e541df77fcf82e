"""Attachments: a file that was uploaded, and what its inspection has found. The files themselves lie outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grants.db import db
from grants.models import Attachment, AttachmentCheck, AttachmentPreview, Organisation
from grants.queries import attachments
from grants.services import locking, outbox
from grants.services.integrity import history
from grants.services.refusals import Refused
from workflows.attachments import MEGABYTE, NO_SPACE, SPACE
from workflows.engine.message import Message
from workflows.engine.roles import CLOCK, Actor

REPLACED = Message("This file has been replaced by a newer version. Open the newest version and replace that one.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies in quarantine. name: as it is shown. kind: a key of `workflows.attachments.KINDS`."""

    name: str
    kind: str
    size: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored in place of an accepted upload. previews: the SHA-256 of each picture, in order."""

    name: str
    media_type: str
    sha256: str
    size: int
    pages: int | None
    notes: Sequence[Message]
    previews: Sequence[str]


def add(upload: Upload, *, organisation: Organisation, actor: Actor, replaces: int | None = None) -> Attachment:
    """Store the facts of an upload and queue its inspection. The organisation is held.

    replaces: the id of the attachment of which this is a newer version. Raises Refused if that one has been replaced
    already, or the organisation has no space left.
    """
    locking.require(organisation)
    if replaces is not None and attachments.is_replaced(replaces):
        raise Refused(REPLACED)
    left = SPACE - attachments.space_taken(organisation.id)
    if upload.size > left:
        raise Refused(_no_space(upload.size, left))
    row = Attachment(
        organisation_id=organisation.id,
        name=upload.name,
        kind=upload.kind,
        size=upload.size,
        sha256=upload.sha256,
        quarantine_key=upload.key,
        replaces_id=replaces,
        uploaded_by=actor.person,
    )
    db.session.add(row)
    db.session.flush()
    outbox.inspect(row)
    return row


def accept(attachment: Attachment, stored: Stored) -> None:
    """Record that a file was accepted and stored. The history of its organisation is held."""
    db.session.add(
        AttachmentCheck(
            attachment_id=attachment.id,
            verdict="accepted",
            name=stored.name,
            media_type=stored.media_type,
            sha256=stored.sha256,
            size=stored.size,
            pages=stored.pages,
            notes=[one.as_json() for one in stored.notes],
        )
    )
    db.session.flush()
    for number, sha256 in enumerate(stored.previews, start=1):
        db.session.add(AttachmentPreview(attachment_id=attachment.id, number=number, sha256=sha256))
    _record(attachment, "accept", Message("File checked and stored"))


def refuse(attachment: Attachment, reason: Message) -> None:
    """Record why a file was not accepted. The history of its organisation is held."""
    db.session.add(AttachmentCheck(attachment_id=attachment.id, verdict="refused", reason=reason.as_json(), notes=[]))
    _record(attachment, "refuse", Message("File not accepted: %(reason)s", reason=reason))


def _record(attachment: Attachment, key: str, message: Message) -> None:
    about = history.About("organisation", attachment.organisation_id, "attachment", attachment.id)
    history.record(about, actor=CLOCK, key=key, message=message, words={"file": attachment.name})


def _no_space(size: int, left: int) -> Message:
    return Message(
        NO_SPACE,
        left=max(left, 0) // MEGABYTE,
        megabytes=SPACE // MEGABYTE,
        size=-(-size // MEGABYTE),
    )
