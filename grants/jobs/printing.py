"""Printing a document: read what it is made from, render with nothing open, keep the file, mark it done."""

from __future__ import annotations

import reports
from grants.db import db, saving
from grants.jobs.program import storage
from grants.models import DocumentFile, DocumentSnapshot
from grants.services import outbox
from reports import Unprintable
from reports.snapshots import parse

__all__ = ["Unprintable", "print_document"]


def print_document(held: outbox.Claim) -> None:
    """Print the document of an outbox row; raises Unprintable, or Fenced when another worker was quicker."""
    id = int(held.args["document"])
    data = db.session.get_one(DocumentSnapshot, id).data
    db.session.remove()
    rendered = reports.render(parse(data))
    sha256 = storage().put(rendered.pdf)
    with saving() as session:
        outbox.finish(held)
        session.add(
            DocumentFile(
                document_id=id,
                outbox_id=held.id,
                sha256=sha256,
                size=len(rendered.pdf),
                pages=rendered.pages,
                made_with=rendered.made_with,
            )
        )
    db.session.remove()
