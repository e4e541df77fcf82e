"""The inspection of one uploaded file, in a process of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grants.outside.inspection import formats, names, process
from grants.outside.inspection.child import ANSWER
from grants.outside.inspection.limits import USUAL, Limits
from grants.outside.inspection.process import ERRORS, Ending
from grants.outside.inspection.verdict import STORED, Accepted, Refused, Rejection, Verdict
from workflows.attachments import NOTES, REFUSALS, Format, Kind, Reason
from workflows.engine.message import Message

PROGRAM = (sys.executable, "-I", "-m", "grants.outside.inspection.child")
ENDINGS = {
    Ending.OVERDUE: Reason.TOO_SLOW,
    Ending.KILLED: Reason.TOO_MUCH_MEMORY,
    Ending.FAILED: Reason.CRASHED,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LOGGED = 2_000
LONGEST_ANSWER = 1_000_000
log = logging.getLogger("grants.outside")


def inspect(path: Path, name: str, *, kinds: Iterable[Kind], folder: Path, limits: Limits = USUAL) -> Verdict:
    """Decide whether the file at `path`, uploaded under `name`, may be stored as one of these kinds.

    folder: an empty folder of the caller, who deletes it; what is stored and the previews are written into it. Whatever
    happens to the process that reads the file is a refusal with its own sentence; no exception is raised for a file.
    OSError means that this machine cannot do it now, because its disk is full for instance: try again later.
    """
    shown = names.shown(name)
    try:
        kind, form = formats.choose(shown, path.stat().st_size, kinds)
        _read(_order(path, kind, form, limits), folder, limits.seconds)
        return _verdict(_answer(folder), shown, kind, folder)
    except Rejection as rejection:
        return Refused(rejection.reason, rejection.message)


def _read(order: str, folder: Path, seconds: float) -> None:
    """Run the process to its end; raises Rejection or OSError if it did not end well."""
    ending = process.run(PROGRAM, order, folder, seconds)
    if ending is not Ending.WELL:
        errors = (folder / ERRORS).read_bytes()[-LOGGED:].decode("utf-8", "replace")
        log.warning("the inspection of a file ended as %s: %r", ending.name, errors)
        if ending is Ending.UNABLE:
            raise OSError("This machine cannot inspect files now; see the log.")
        raise Rejection(ENDINGS[ending])


def _order(path: Path, kind: Kind, form: Format, limits: Limits) -> str:
    return json.dumps(
        {
            "path": str(path.absolute()),
            "kind": kind.key,
            "format": form.label,
            "limits": asdict(limits),
            "parent": os.getpid(),
        }
    )


def _answer(folder: Path) -> dict[str, Any]:
    """The answer of the process; raises Rejection if there is none that can be read."""
    try:
        with (folder / ANSWER).open("rb") as file:
            answer = json.loads(file.read(LONGEST_ANSWER))
    except (OSError, ValueError) as error:
        raise Rejection(Reason.CRASHED) from error
    if not isinstance(answer, dict):
        raise Rejection(Reason.CRASHED)
    return answer


def _verdict(answer: dict[str, Any], name: str, kind: Kind, folder: Path) -> Verdict:
    """The verdict in an answer. Only its own sentences and files of the folder are taken from it."""
    try:
        if "reason" in answer:
            reason = Reason(answer["reason"])
            return Refused(reason, _message(answer["message"], {REFUSALS[reason]}))
        form = next(form for form in kind.formats if form.label == answer["format"])
        path = _own(folder, STORED)
        return Accepted(
            kind=kind,
            format=form,
            name=name if names.extension(name) in form.extensions else names.with_extension(name, form.extensions[0]),
            path=path,
            sha256=_hash(path),
            size=path.stat().st_size,
            pages=None if answer["pages"] is None else int(answer["pages"]),
            previews=tuple(_own(folder, preview) for preview in answer["previews"]),
            notes=tuple(_message(note, set(NOTES.values())) for note in answer["notes"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, OSError) as error:
        raise Rejection(Reason.CRASHED) from error


def _message(stored: Any, known: set[str]) -> Message:
    """A message of the answer; raises ValueError if its text is none of ours or a value is missing."""
    message = Message.from_json(stored)
    if message.text not in known or not set(PLACEHOLDER.findall(message.text)) <= set(message.values):
        raise ValueError(message.text)
    return message


def _own(folder: Path, name: str) -> Path:
    """A regular file in the folder; raises ValueError for anything else."""
    path = folder / name
    if path.parent != folder or path.is_symlink() or not path.is_file():
        raise ValueError(name)
    return path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
