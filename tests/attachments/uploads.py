"""Uploads as the services receive them: a document of an organisation whose file waits in quarantine."""

from __future__ import annotations

from flask import current_app

from config import Settings
from grants.db import db, transaction
from grants.jobs import processing
from grants.models import Organisation, OrganisationDocument, Outbox
from grants.outside.quarantine import Quarantine
from grants.services import organisation_documents
from grants.services.attachments import Upload
from grants.services.organisation_documents import Facts
from tests.attachments import pdfs
from tests.world import World
from workflows.attachments import PDF
from workflows.engine.roles import Role

NO_DAYS = Facts(None, None)


def received(data: bytes, name: str = "certificate.pdf", kind: str = PDF.key) -> Upload:
    """An upload in quarantine."""
    settings: Settings = current_app.extensions["settings"]
    kept = Quarantine(settings.files).receive([data])
    return Upload(name=name, kind=kind, size=kept.size, sha256=kept.sha256, key=kept.key)


def document(
    world: World, data: bytes | None = None, *, name: str = "certificate.pdf", kind: str = PDF.key, chapter: str = "mg"
) -> OrganisationDocument:
    """A document of a chapter that has not been checked yet."""
    upload = received(pdfs.honest() if data is None else data, name, kind)
    actor = world.actor(f"{chapter}1", Role.APPLICANT, world.chapters[chapter])
    with transaction():
        organisation = db.session.get_one(Organisation, world.chapters[chapter].id)
        return organisation_documents.add(organisation, upload, NO_DAYS, type="registration", actor=actor)


def newer(world: World, document: OrganisationDocument, data: bytes) -> OrganisationDocument:
    """A newer version of a document of the chapter in Madagascar."""
    actor = world.actor("mg1", Role.APPLICANT, world.chapters["mg"])
    with transaction():
        return organisation_documents.replace(document, received(data), NO_DAYS, actor=actor)


def check_all() -> None:
    """Let the worker check every upload that waits."""
    for row in db.session.query(Outbox).filter_by(kind="inspection", done_at=None).order_by(Outbox.id).all():
        assert processing.work_one(row.id)
