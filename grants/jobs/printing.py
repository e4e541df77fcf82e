"""Printing a document: read its snapshot, render it without an open transaction, store the file, mark it done."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

import reports
from grants.db import autocommit, transaction
from grants.jobs.program import storage
from grants.models import Document, DocumentFile, DocumentSnapshot
from grants.services import documents, locking, outbox
from grants.services.integrity import changes
from reports import Unprintable
from reports.snapshots import parse

__all__ = ["Unprintable", "print_document"]

SNAPSHOT = select(DocumentSnapshot.data).where(DocumentSnapshot.document_id == bindparam("document"))
FILES = DocumentFile.metadata.tables[DocumentFile.__tablename__]
FACTS = [FILES.c[name] for name in ("document_id", "sha256", "size", "pages", "made_with")]
FINISHED = outbox.FINISH.returning(outbox.ROWS.c.id).cte("finished")
FILE = (
    insert(FILES)
    .from_select(
        [*FACTS, FILES.c.outbox_id],
        select(*(bindparam(column.name, type_=column.type).label(column.name) for column in FACTS), FINISHED.c.id),
    )
    .returning(FILES.c.outbox_id)
)
"""Finish the outbox row that this worker holds and insert the file, in one statement: both or neither."""


def made_from(document: int) -> dict[str, object]:
    """The snapshot of a document; raises NoResultFound if it does not exist or has been erased."""
    with autocommit() as connection:
        return connection.execute(SNAPSHOT, {"document": document}).scalar_one()


def print_document(held: outbox.Claim) -> None:
    """Print the document of an outbox row; raises Unprintable, or Fenced if another worker has taken over the row."""
    id = int(held.args["document"])
    rendered = reports.render(parse(made_from(id)))
    facts = {
        "document_id": id,
        "sha256": storage().put(rendered.pdf),
        "size": len(rendered.pdf),
        "pages": rendered.pages,
        "made_with": rendered.made_with,
    }
    with transaction() as session:
        document = session.get_one(Document, id)
        locking.hold(locking.Chain("application", document.application_id))
        values = {"row": held.id, "token": held.token, **facts}
        if session.execute(FILE, values, execution_options=changes.NOTED).first() is None:
            raise outbox.Fenced(held)
        documents.printed(document)
