"""The reference letters: the story's award letter in French, ordered again and again as the services order it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from redis import Redis
from sqlalchemy import func, select, update

from grants.db import GRANTS_NOW, db, saving
from grants.jobs import program, relay
from grants.models import Application, DocumentFile, DocumentSnapshot, Outbox
from grants.services import documents
from reports import pages
from reports.snapshots import AwardLetter, parse
from tests import world
from tests.bench.figures import Broken
from tests.reports import examples

OF_EVERY_DOCUMENT = {"kind", "number", "version", "language", "issued_on", "demo", "check_url"}


@dataclass
class Desk:
    """Where letters are ordered and waited for."""

    app: Flask
    connection: Redis

    def furnish(self) -> None:
        """One application with an award; what it put into the outbox counts as done, so that only ours is printed."""
        with self.app.app_context():
            world.awarded(world.build(programmes=("BTN-L",)))
            with saving():
                db.session.execute(update(Outbox).values(done_at=GRANTS_NOW))
            db.session.remove()

    def order(self, count: int) -> list[int]:
        """So many letters, alike but for number and address, in one unit of work; answers their documents."""
        facts = examples.award_letter().model_dump(exclude=OF_EVERY_DOCUMENT)
        with self.app.app_context(), saving():
            application = db.session.scalars(select(Application).limit(1)).one()
            return [documents.order(AwardLetter, application=application, **facts).id for _ in range(count)]

    def html(self, ids: list[int]) -> list[str]:
        """The letters as they are handed to the print engine."""
        with self.app.app_context():
            rows = db.session.scalars(
                select(DocumentSnapshot)
                .where(DocumentSnapshot.document_id.in_(ids))
                .order_by(DocumentSnapshot.document_id)
            )
            return [pages.html(parse(row.data)) for row in rows]

    def send(self, at_once: int) -> datetime:
        """Enqueue all that waits, so many to a job; answers when that began, by the clock that stamps the files."""
        with self.app.app_context():
            began: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
            relay.turn(self.connection, at_once=at_once)
        return began

    def printed(self, ids: list[int]) -> bool:
        """Whether each has its file."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).where(DocumentFile.document_id.in_(ids))) == len(ids)

    def received(self, ids: list[int]) -> datetime:
        """When the last file came; raises Broken unless each is one page, of a content of its own, and in the store."""
        with self.app.app_context():
            storage = program.storage()
            rows = list(db.session.scalars(select(DocumentFile).where(DocumentFile.document_id.in_(ids))))
            whole = [row for row in rows if row.pages == 1 and len(storage.get(row.sha256)) == row.size]
        if len({row.sha256 for row in whole}) != len(ids):
            raise Broken(f"Of {len(ids)} letters {len(whole)} are what was ordered.")
        return max(row.at for row in rows)
