"""`grants reprint`: print the documents again whose stored files are missing or damaged."""

from __future__ import annotations

import click
from sqlalchemy import select

import config
from grants.cli.embedded import kept
from grants.db import bind_app, db, transaction
from grants.models import Document, DocumentFile
from grants.outside.storage import Storage
from grants.services import documents


@click.command()
def reprint() -> None:
    """Read every stored document, and queue those that are missing or damaged for printing.

    A worker prints them from what is stored, and puts the file back if it is the same, byte for byte. If it is not,
    nothing is replaced, and the page “Failed jobs” says why.
    """
    with kept(config.read()) as settings, bind_app(settings, "grants.reprint").app_context():
        store, found = Storage(settings.files), 0
        rows = db.session.execute(select(DocumentFile.document_id, DocumentFile.sha256).order_by(DocumentFile.at)).all()
        for id, sha256 in rows:
            if store.is_whole(sha256):
                continue
            with transaction():
                document = db.session.get_one(Document, id)
                documents.damaged(document, again=True)
                click.echo(f"{document.number} is queued to be created again.")
            found += 1
    click.echo(f"Documents read: {len(rows)}. Missing or damaged: {found}.")
