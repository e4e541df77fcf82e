"""Whenever the worker that inspects a file is killed, the file gets one verdict and leaves quarantine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grants.db import db
from grants.jobs.sealing import evidence
from grants.models import AttachmentCheck, Outbox
from grants.outside.servers import Postgres, Valkey
from grants.outside.storage import Storage
from grants.services.integrity.verifying import verification
from tests.attachments import pdfs, uploads
from tests.databases import copied, settings_for
from tests.jobs.installation import Installation, running
from tests.jobs.killed import INSPECTING
from tests.prepared import opened
from tests.servers_fixture import erase
from tests.world import found

pytestmark = pytest.mark.system
COMMANDS = {"worker": ("worker", "default"), "relay": ("relay",)}


@pytest.fixture(scope="module")
def checking(postgres: Postgres, small: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A worker that inspects files, a relay and a Valkey."""
    folder = tmp_path_factory.mktemp("checking")
    (folder / "instance").mkdir(mode=0o700)
    (folder / "points").mkdir()
    valkey = Valkey(folder / "instance")
    valkey.start()
    try:
        for name in copied(postgres, small, f"checking_{os.getpid()}_{folder.name}"):
            settings = replace(settings_for(postgres, name, folder / "instance"), redis_url=valkey.url)
            with opened(settings) as app, running(app, valkey, folder / "points", COMMANDS) as made:
                yield made
    finally:
        valkey.stop()
        erase(valkey)


def uploaded(checking: Installation, data: bytes) -> tuple[int, int]:
    """The attachment and the outbox row of an upload."""
    with checking.app.app_context():
        made = uploads.document(found(), data)
        row = db.session.query(Outbox).order_by(Outbox.id.desc()).limit(1).one()
        return made.attachment_id, row.id


def left(checking: Installation) -> list[str]:
    """The uploads in quarantine."""
    folder = Path(checking.settings.files.removeprefix("file://")) / "quarantine"
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(("number", "point"), list(enumerate((None, *INSPECTING), start=1)))
def test_a_killed_worker_leaves_one_verdict(checking: Installation, number: int, point: str | None) -> None:
    if point:
        checking.wish(point)

    attachment, row = uploaded(checking, pdfs.honest(number))

    assert checking.done(row), checking.log("worker")
    assert point is None or checking.until(lambda: not (checking.points / point).exists())
    with checking.app.app_context():
        checks = db.session.query(AttachmentCheck).filter_by(attachment_id=attachment).all()
        assert [(one.verdict, one.pages) for one in checks] == [("accepted", number)]
        storage, held = Storage(checking.settings.files), evidence(checking.settings)
        assert [str(one) for one in verification.findings(held, storage.is_whole)] == []
    if point != INSPECTING[-1]:  # killed before it could delete the upload: left to the clock
        assert checking.until(lambda: len(left(checking)) == 0)


def test_a_hostile_file_is_refused_by_a_real_worker(checking: Installation) -> None:
    attachment, row = uploaded(checking, b"<html>" + pdfs.honest())

    assert checking.done(row), checking.log("worker")
    with checking.app.app_context():
        assert db.session.get_one(AttachmentCheck, attachment).verdict == "refused"
