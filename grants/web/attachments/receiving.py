"""Receiving an uploaded file: it waits in quarantine before the row about it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from grants.forms.attachments import UploadField
from grants.outside import greenlets
from grants.outside.quarantine import Quarantine
from grants.services.attachments import Upload


@contextmanager
def received(field: UploadField) -> Iterator[Upload]:
    """The upload of a valid field, in quarantine. It is deleted again if the block raises.

    If this process is killed meanwhile, the clock deletes it (`jobs/inspecting.py`).
    """
    quarantine = Quarantine(current_app.extensions["settings"].files)
    name, kind, pieces = field.filename, field.kind, field.pieces()
    kept = greenlets.aside(quarantine.receive, pieces)
    try:
        yield Upload(name=name, kind=kind, size=kept.size, sha256=kept.sha256, key=kept.key)
    except BaseException:
        quarantine.delete(kept.key)
        raise
