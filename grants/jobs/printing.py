"""Printing a document: render its snapshot without an open transaction, store the file, mark the row done."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, insert, literal_column, select

import reports
from grants.db import GRANTS_NOW, autocommit, note_instant, transaction
from grants.jobs.program import storage
from grants.models import Document, DocumentFile
from grants.services import documents, locking, locks, outbox
from grants.services.integrity import changes, fingerprints, history
from reports import Unprintable
from reports.snapshots import parse

if TYPE_CHECKING:
    from reports import Rendered  # loads the print engine, which only workers for letters need

__all__ = ["Unprintable", "print_document", "rehearse"]

FILES = DocumentFile.metadata.tables[DocumentFile.__tablename__]
FACTS = [FILES.c[name] for name in ("document_id", "sha256", "size", "pages", "made_with")]
RETURNED: tuple[ColumnElement[Any], ...] = (
    GRANTS_NOW,
    literal_column(fingerprints.newest(FILES.name)),
    outbox.UNHURRIED,
    *(select(column).scalar_subquery() for column in locks.HEAD.c),
)
FINISHED = outbox.FINISH.where(select(locks.HEAD).exists()).returning(outbox.ROWS.c.id).cte("finished")
FILE = (
    insert(FILES)
    .from_select(
        [*FACTS, FILES.c.outbox_id],
        select(*(bindparam(column.name, type_=column.type).label(column.name) for column in FACTS), FINISHED.c.id),
    )
    .returning(*RETURNED)
)
"""Lock the history, finish the outbox row that this worker holds and insert the file, in one statement: all or none."""
PRINTED = select(FILES.c.sha256, FILES.c.made_with).where(FILES.c.document_id == bindparam("document"))

OTHER_VERSIONS = (
    "Printed again, the document differs from the file that was stored. {reason} The file was not replaced: restore it "
    "from a backup, or retry where nothing has changed since it was created."
)


class Printed(NamedTuple):
    """The file that a document had: its SHA-256, and how it was made."""

    sha256: str
    made_with: dict[str, object]


def print_document(held: outbox.Claim) -> None:
    """Print the document of an outbox row; raises Unprintable, or Fenced if another worker has taken over the row.

    Again: the file of a document that was printed before is put back in its place, if the same bytes come out.
    """
    if held.ordered is None:
        raise Unprintable("The document does not exist, or its content has been erased.")
    again = bool(held.args.get("again"))
    rendered = reports.render(parse(held.ordered["snapshot"]), limited=not again)
    if again:
        _restore(held, held.ordered["id"], rendered)
    else:
        _store(held, held.ordered, rendered)


def rehearse() -> None:
    """Run the statements of a document for a row that does not exist; see `processing.rehearse`."""
    facts = dict.fromkeys((column.name for column in FACTS), None)
    with transaction():
        history.rehearse()
    with suppress(outbox.Fenced):
        _finish(outbox.NOBODY, {"id": 0, "application": 0}, facts)


def _store(held: outbox.Claim, ordered: Mapping[str, Any], rendered: Rendered) -> None:
    facts = {
        "sha256": storage().put(rendered.pdf),
        "size": len(rendered.pdf),
        "pages": rendered.pages,
        "made_with": rendered.made_with,
    }
    _finish(held, ordered, facts)


def _finish(held: outbox.Claim, ordered: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Mark the row done, and store the facts of the file and the event that names it."""
    with transaction():
        chain = locking.Chain("application", ordered["application"])
        values = {**facts, "row": held.id, "token": held.token, "document_id": ordered["id"]}
        found = locking.hold_in_statement(chain, FILE, values, execution_options=changes.NOTED)
        if found is None:
            raise outbox.Fenced(held)
        finished, fingerprint, _ = found
        note_instant(finished)
        documents.printed(
            ordered["id"],
            application=ordered["application"],
            kind=ordered["kind"],
            number=ordered["number"],
            fingerprint=fingerprint,
        )


def _restore(held: outbox.Claim, id: int, rendered: Rendered) -> None:
    with autocommit() as connection:
        before = Printed(*connection.execute(PRINTED, {"document": id}).one())
    if rendered.sha256 != before.sha256:
        raise Unprintable(OTHER_VERSIONS.format(reason=_changed(before.made_with, rendered.made_with)))
    storage().put(rendered.pdf)
    with transaction() as session:
        document = session.get_one(Document, id)
        locking.hold(locking.Chain("application", document.application_id))
        if not session.execute(outbox.FINISH, {"row": held.id, "token": held.token}).rowcount:  # type: ignore[attr-defined]
            raise outbox.Fenced(held)
        documents.restored(document)


def _changed(before: dict[str, object], now: dict[str, str]) -> str:
    """What shapes the bytes and has changed, as a sentence."""
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if not names:
        return "Nothing that shapes it has changed."
    return f"Changed since it was created: {', '.join(names)}."
