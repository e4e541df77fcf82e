"""Printing a document: read what it is made from, render with nothing open, keep the file, mark it done."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

import reports
from grants.db import db, saving, stating
from grants.jobs.program import storage
from grants.models import DocumentFile, DocumentSnapshot
from grants.services import outbox
from reports import Unprintable
from reports.snapshots import parse

__all__ = ["Unprintable", "print_document"]

SNAPSHOT = select(DocumentSnapshot.data).where(DocumentSnapshot.document_id == bindparam("id"))
FILE = insert(DocumentFile)


def made_from(document: int) -> dict[str, object]:
    """The snapshot of a document; raises NoResultFound when there is none, or none any more."""
    with stating() as session:
        return session.execute(SNAPSHOT, {"id": document}).scalar_one()


def print_document(held: outbox.Claim) -> None:
    """Print the document of an outbox row; raises Unprintable, or Fenced when another worker was quicker."""
    id = int(held.args["document"])
    rendered = reports.render(parse(made_from(id)))
    sha256 = storage().put(rendered.pdf)
    with saving() as session:
        outbox.finish(held)
        session.execute(
            FILE,
            {
                "document_id": id,
                "outbox_id": held.id,
                "sha256": sha256,
                "size": len(rendered.pdf),
                "pages": rendered.pages,
                "made_with": rendered.made_with,
            },
        )
    db.session.remove()
