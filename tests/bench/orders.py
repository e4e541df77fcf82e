"""The reference letters: the award letter of the story in French, ordered repeatedly as the services order it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from redis import Redis
from sqlalchemy import func, select, update

from grants.db import GRANTS_NOW, db, transaction
from grants.jobs import program, relay
from grants.models import Application, DocumentFile, DocumentSnapshot, Outbox
from grants.services import documents, locking
from reports import pages
from reports.snapshots import AwardLetter, parse
from tests import world
from tests.bench.figures import Broken
from tests.reports import examples

OF_EVERY_DOCUMENT = {"kind", "number", "code", "version", "language", "issued_on", "demo", "check_url"}


@dataclass
class Desk:
    """Orders letters and waits for them."""

    app: Flask
    connection: Redis

    def furnish(self) -> None:
        """Create one application with an award.

        Its outbox rows count as done, so that only the ordered letters are printed.
        """
        with self.app.app_context():
            world.awarded(world.build(programmes=("BTN-L",)))
            with transaction():
                db.session.execute(update(Outbox).values(done_at=GRANTS_NOW))
            db.session.remove()

    def order(self, count: int) -> list[int]:
        """Order this many letters, equal except for number and address, in one transaction; return their documents."""
        facts = examples.award_letter().model_dump(exclude=OF_EVERY_DOCUMENT)
        with self.app.app_context(), transaction():
            locking.hold(locking.Chain("system", 1))
            application = db.session.scalars(select(Application).limit(1)).one()
            ids = [documents.order(AwardLetter, application=application, **facts).id for _ in range(count)]
            world.recorded()
            return ids

    def html(self, ids: list[int]) -> list[str]:
        """The letters as HTML, as the print engine receives it."""
        with self.app.app_context():
            rows = db.session.scalars(
                select(DocumentSnapshot)
                .where(DocumentSnapshot.document_id.in_(ids))
                .order_by(DocumentSnapshot.document_id)
            )
            return [pages.html(parse(row.data)) for row in rows]

    def send(self, per_job: int) -> datetime:
        """Enqueue all waiting letters, this many per job.

        Returns the start time, by the clock that sets the time of the files.
        """
        with self.app.app_context():
            began: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
            relay.turn(self.connection, per_job=per_job)
        return began

    def printed(self, ids: list[int]) -> bool:
        """Whether each of them has its file."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).where(DocumentFile.document_id.in_(ids))) == len(ids)

    def received(self, ids: list[int]) -> datetime:
        """The time of the last file; raises Broken unless each is stored and has one page of its own content."""
        with self.app.app_context():
            storage = program.storage()
            rows = list(db.session.scalars(select(DocumentFile).where(DocumentFile.document_id.in_(ids))))
            whole = [row for row in rows if row.pages == 1 and len(storage.get(row.sha256)) == row.size]
        if len({row.sha256 for row in whole}) != len(ids):
            raise Broken(f"Of {len(ids)} letters, {len(whole)} are as ordered.")
        return max(row.at for row in rows)
