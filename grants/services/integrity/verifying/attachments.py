"""Checks of uploaded files: each is inspected or waits for it, and belongs to the organisation of its document."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from grants.db import db
from workflows.engine.message import N_, Message

UNCHECKED = """
    SELECT a.id FROM public.attachment a
    WHERE NOT EXISTS (SELECT FROM public.attachment_check c WHERE c.attachment_id = a.id)
      AND NOT EXISTS (SELECT FROM public.outbox o
                      WHERE o.kind = 'inspection' AND o.args ->> 'attachment' = a.id::text AND o.done_at IS NULL)
    ORDER BY a.id"""
"""The row of the outbox is stored in the transaction of the attachment, and is done in that of its check."""
FOREIGN = """
    SELECT d.id FROM public.organisation_document d JOIN public.attachment a ON a.id = d.attachment_id
    LEFT JOIN public.attachment earlier ON earlier.id = a.replaces_id
    WHERE a.organisation_id <> d.organisation_id OR earlier.organisation_id <> d.organisation_id
       OR (d.version = 1) <> (a.replaces_id IS NULL)
    ORDER BY d.id"""


def problems() -> Iterator[Message]:
    """The findings on uploaded files, without the files themselves."""
    for id in db.session.scalars(text(UNCHECKED)):
        yield Message(N_("Attachment %(id)s has not been checked and is not queued to be checked."), id=id)
    for id in db.session.scalars(text(FOREIGN)):
        yield Message(N_("Document %(id)s of an organisation has a file that does not belong to it."), id=id)
