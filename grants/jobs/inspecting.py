"""Inspecting an uploaded file: nothing is open in the database while it is read, scanned and stored.

A worker that is killed leaves the upload in quarantine, so that another one inspects it again: the same upload is
stored as the same bytes, and the row of the outbox lets one of them record what was found.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from grants.db import transaction, unmoved_instant
from grants.jobs.program import quarantine, settings, storage
from grants.models import Attachment
from grants.outside import clamd
from grants.outside.clamd import Answer
from grants.outside.inspection import inspector
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import Accepted, Refused
from grants.queries import attachments as found
from grants.queries.attachments import ToInspect
from grants.services import attachments, locking, outbox
from grants.services.attachments import Stored
from workflows.attachments import KINDS, Reason, refusal
from workflows.engine.message import Message

LIMITS = Limits(seconds=40.0)
"""A file and its scan take less than a job may (`job.SECONDS`)."""
SCAN_SECONDS = 10.0
ABANDONED, SETTLED = timedelta(days=1), timedelta(minutes=10)
"""After how long an upload without a row is deleted, and one that was inspected by a worker that was then killed.

A form stores its file before its row, and its transaction may take a while.
"""


class Waiting(OSError):
    """The virus scanner does not answer, so that nobody knows whether the file is clean."""


def inspect(held: outbox.Claim) -> None:
    """Inspect the upload of an outbox row, and store it or refuse it; raises Fenced if another worker has done so.

    Raises LookupError for an attachment that does not exist, and OSError if it cannot be inspected now.
    """
    upload = _upload(held.args)
    if upload.checked:
        outbox.finish(held)
    else:
        with _folder() as name:
            _record(held, upload, _inspected(upload, Path(name)))
    quarantine().delete(upload.key)


def purge() -> None:
    """Delete what was left in quarantine: uploads without a row or with a verdict, and files that are not whole."""
    now, left = unmoved_instant(), quarantine()
    abandoned, settled = set(left.older_than(now - ABANDONED)), left.older_than(now - SETTLED)
    known = found.known(settled)
    for key in settled:
        if known.get(key, key in abandoned):
            left.delete(key)
    left.sweep(now - ABANDONED)
    storage().sweep(now - ABANDONED)
    _sweep(_place(), now - SETTLED)


def _upload(args: Mapping[str, Any]) -> ToInspect:
    id = args["attachment"]
    known = type(id) is int and 0 < id < 2**31
    upload = found.to_inspect(id) if known else None
    if upload is None:
        raise LookupError(f"There is no attachment {id!r}.")
    return upload


def _place() -> Path:
    """The folder of this machine for the folders of inspections."""
    place: Path = settings().instance / "inspections"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one inspection. Those that are much older were left by workers that were killed, and are removed."""
    place = _place()
    folder = tempfile.TemporaryDirectory(dir=place)
    _sweep(place, _changed_at(Path(folder.name)) - SETTLED)
    return folder


def _sweep(place: Path, instant: datetime) -> None:
    """Remove the folders of inspections that began before this instant."""
    for folder in place.iterdir():
        with suppress(FileNotFoundError):
            if _changed_at(folder) < instant:
                shutil.rmtree(folder, ignore_errors=True)


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _inspected(upload: ToInspect, folder: Path) -> Stored | Message:
    """What was stored of the upload, or why it is refused."""
    path, work = folder / "upload", folder / "work"
    work.mkdir()
    if quarantine().fetch(upload.key, path) != upload.sha256:
        raise OSError("The upload in quarantine differs from what was received.")
    verdict = inspector.inspect(path, upload.name, kinds=[KINDS[upload.kind]], folder=work, limits=LIMITS)
    if isinstance(verdict, Refused):
        return verdict.message
    return _scanned(path) or _stored(verdict)


def _scanned(path: Path) -> Message | None:
    """Why the virus scanner refuses the file, where there is one; raises Waiting if it does not answer."""
    if not (address := settings().clamd_address):
        return None
    scan = clamd.scan(path, address, seconds=SCAN_SECONDS)
    if scan.answer is Answer.WAITING:
        raise Waiting(f"The virus scanner did not answer ({scan.detail}).")
    return refusal(Reason.INFECTED, virus=scan.detail) if scan.answer is Answer.FOUND else None


def _stored(verdict: Accepted) -> Stored:
    return Stored(
        name=verdict.name,
        media_type=verdict.format.media_type,
        sha256=storage().put_file(verdict.path),
        size=verdict.size,
        pages=verdict.pages,
        notes=verdict.notes,
        previews=[storage().put_file(preview) for preview in verdict.previews],
    )


def _record(held: outbox.Claim, upload: ToInspect, outcome: Stored | Message) -> None:
    """Mark the row done and record the outcome, in one transaction."""
    with transaction() as session:
        locking.hold(locking.Chain("organisation", upload.organisation_id))
        if not session.execute(outbox.FINISH, {"row": held.id, "token": held.token}).rowcount:  # type: ignore[attr-defined]
            raise outbox.Fenced(held)
        attachment = session.get_one(Attachment, upload.id)
        if isinstance(outcome, Message):
            attachments.refuse(attachment, outcome)
        else:
            attachments.accept(attachment, outcome)
