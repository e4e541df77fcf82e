"""Office documents: packages whose parts are checked by name and content while they are packed anew."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grants.outside.inspection import containers
from grants.outside.inspection.containers import Budget
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.markup import Scanner
from grants.outside.inspection.odf import OpenDocument
from grants.outside.inspection.ooxml import OpenXml
from grants.outside.inspection.verdict import STORED, Reading, Rejection
from workflows.attachments import ODP, ODS, ODT, Format, Reason

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the old formats of Office begin, and its encrypted documents, which keep the package in a stream."""
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
OLD = {"DOCX": ".doc", "XLSX": ".xls", "PPTX": ".ppt"}
OF_ARCHIVES = {Reason.UNSAFE_PATH, Reason.DOUBLE_NAME, Reason.LINK}
"""Reasons whose sentences speak to the person who has packed an archive."""
DEEPEST = 2
"""Levels of documents inside documents: a presentation with a chart, whose numbers are a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Level:
    """A document, or one inside it: its format, where it is written, and what may still be read."""

    form: Format
    target: Path
    budget: Budget
    depth: int


class Rules(Protocol):
    """What a package of one standard may consist of."""

    def place(self, info: zipfile.ZipInfo) -> int:
        """In which order parts are read and written: those first that say what the others are."""

    def admit(self, info: zipfile.ZipInfo) -> Scanner | Format | None:
        """What looks at a part, the format of a document inside, or None for pictures; raises Rejection."""

    def finish(self) -> None:
        """Everything was read; raises Rejection."""


def read(source: Path, form: Format, folder: Path, limits: Limits) -> Reading:
    """Check every part and pack it anew; raises Rejection."""
    _refuse_other_containers(source, form)
    try:
        _rewrite(source, Level(form, folder / STORED, Budget.of(limits), 1))
    except Rejection as rejection:
        if rejection.reason in OF_ARCHIVES:
            raise Rejection(Reason.UNUSUAL_MARKUP) from rejection
        raise
    return Reading(form)


def _refuse_other_containers(source: Path, form: Format) -> None:
    data = source.read_bytes()
    if data.startswith(OLE) and ENCRYPTED_STREAM in data:
        raise Rejection(Reason.PASSWORD)
    if data.startswith(OLE) and form.label in OLD:
        raise Rejection(Reason.SAVE_AS, extension=OLD[form.label], better=form.extensions[0])
    if not containers.starts_as_archive(data):
        raise Rejection(Reason.DISGUISED, format=form.label)


def _rules(form: Format) -> Rules:
    return OpenDocument(form) if form in {ODT, ODS, ODP} else OpenXml(form)


def _rewrite(source: Path, level: Level) -> None:
    if level.depth > DEEPEST:
        raise Rejection(Reason.EMBEDDED)
    rules = _rules(level.form)
    with containers.opened(source, level.budget) as (package, infos), zipfile.ZipFile(level.target, "w") as out:
        for info in sorted(infos, key=rules.place):
            content = rules.admit(info)
            with (
                closing(containers.pieces(package, info, level.budget)) as pieces,
                out.open(containers.written(info), "w") as part,
            ):
                part.writelines(
                    _inner(pieces, content, level) if isinstance(content, Format) else _watched(pieces, content)
                )
        rules.finish()


def _watched(pieces: Iterator[bytes], scanner: Scanner | None) -> Iterator[bytes]:
    """The pieces, each shown to the scanner before it is written."""
    fed = False
    for piece in pieces:
        if scanner:
            scanner.feed(piece)
            fed = True
        yield piece
    if scanner and fed:  # LibreOffice writes empty files for settings that were never changed
        scanner.feed(b"", last=True)


def _inner(pieces: Iterator[bytes], form: Format, level: Level) -> Iterator[bytes]:
    """A document inside this one, checked and packed anew by the same rules."""
    taken, packed = (level.target.with_name(f"{level.target.name}.{ending}") for ending in ("taken", "packed"))
    with taken.open("wb") as file:
        file.writelines(pieces)
    _rewrite(taken, Level(form, packed, level.budget, level.depth + 1))
    yield packed.read_bytes()
