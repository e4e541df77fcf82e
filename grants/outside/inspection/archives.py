"""Archives: each file in them is read as if it were attached alone, and what is stored of it is packed anew."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grants.outside.inspection import containers, formats, names
from grants.outside.inspection.containers import Budget
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from workflows.attachments import USUAL, Format, Note, Reason, note
from workflows.engine.message import Message

LEFT_OUT = {".ds_store", "thumbs.db", "desktop.ini"}
"""Files that Finder and Explorer add by themselves."""
MAC = "__MACOSX/"
PACKED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".jar")
MEMBER = "member"


def read(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """Read every file of the archive and pack it anew; raises Rejection."""
    with source.open("rb") as file:
        if not containers.starts_as_archive(file.read(len(containers.BEGINS))):
            raise Rejection(Reason.DISGUISED, format=form.label)
    budget = Budget.of(limits)
    notes = list[Message]()
    with containers.opened(source, budget) as (archive, infos), zipfile.ZipFile(folder / STORED, "w") as out:
        members = [info for info in infos if not _is_left_out(info.filename)]
        if not members:
            raise Rejection(Reason.EMPTY)
        for info in members:
            place = folder / MEMBER
            place.mkdir(exist_ok=True)
            notes += _read_member(archive, info, place, budget)
            out.write(place / STORED, info.filename, zipfile.ZIP_DEFLATED)
    return Reading(form, notes=tuple(notes))


def _is_left_out(path: str) -> bool:
    return path.startswith(MAC) or PurePosixPath(path).name.lower() in LEFT_OUT


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, budget: Budget) -> Iterator[Message]:
    """Read one file into the folder `place`; yields its notes. Raises Rejection, which names the file."""
    shown = names.shown(info.filename)
    if shown.lower().endswith(PACKED):
        raise Rejection(Reason.NESTED, member=shown)
    size = 0
    with (place / "taken").open("wb") as file:
        for piece in containers.pieces(archive, info, budget):
            size += file.write(piece)
    try:
        kind, form = formats.choose(shown, size, USUAL)
        found = formats.reader(kind)(place / "taken", form, place, replace(budget.limits, previews=0))
    except Rejection as rejection:
        raise Rejection(Reason.MEMBER, member=shown, why=rejection.message) from rejection
    for each in found.notes:
        yield note(Note.MEMBER, member=shown, note=each)
