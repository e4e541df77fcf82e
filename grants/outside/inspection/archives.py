"""Archives: each file in them is read as if it were attached alone, and what is stored of it is packed anew."""

from __future__ import annotations

import shutil
import zipfile
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
            found = _read_member(archive, info, place, budget)
            notes += (note(Note.MEMBER, member=names.shown(info.filename), note=each) for each in found.notes)
            info.filename = _renamed(info.filename, found.format)
            with (place / STORED).open("rb") as read, out.open(containers.written(info), "w") as member:
                shutil.copyfileobj(read, member)
    return Reading(form, notes=tuple(notes))


def _is_left_out(path: str) -> bool:
    return path.startswith(MAC) or PurePosixPath(path).name.lower() in LEFT_OUT


def _renamed(path: str, form: Format) -> str:
    """The path with an extension of this format."""
    ending = names.extension(path)
    return path if ending in form.extensions else path[: len(path) - len(ending)] + form.extensions[0]


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, budget: Budget) -> Reading:
    """Read one file into the folder `place`; raises Rejection, which names the file."""
    shown = names.shown(info.filename)
    if shown.lower().endswith(PACKED):
        raise Rejection(Reason.NESTED, member=shown)
    size = 0
    with (place / "taken").open("wb") as file:
        for piece in containers.pieces(archive, info, budget):
            size += file.write(piece)
    try:
        kind, form = formats.choose(shown, size, USUAL)
        return formats.reader(kind)(place / "taken", form, place, replace(budget.limits, previews=0))
    except Rejection as rejection:
        raise Rejection(Reason.MEMBER, member=shown, why=rejection.message) from rejection
