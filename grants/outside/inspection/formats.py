"""Which reader a file gets: chosen by its name, which the reader then compares with the content."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from grants.outside.inspection import names
from grants.outside.inspection.limits import Limits
from grants.outside.inspection.verdict import Reading, Rejection
from workflows import attachments
from workflows.attachments import Format, Kind, Reason

Read = Callable[[Path, Format, Path, Limits], Reading]
"""Reads a file of this format, and writes what is stored into the folder; raises Rejection."""


def choose(name: str, size: int, kinds: Iterable[Kind]) -> tuple[Kind, Format]:
    """The kind and format of a file by its name; raises Rejection if it is of none, empty or too large."""
    allowed = tuple(kinds)
    extension = names.extension(name)
    chosen = attachments.found(extension, allowed)
    if not chosen:
        reason, values = attachments.unaccepted(extension, allowed)
        raise Rejection(reason, **values)
    kind, form = chosen
    if not size:
        raise Rejection(Reason.EMPTY)
    if size > kind.largest:
        raise Rejection(Reason.TOO_LARGE, megabytes=kind.megabytes)
    return kind, form


def reader(kind: Kind) -> Read:
    """The reader of a kind. Its libraries are loaded only now."""
    match kind:
        case attachments.PDF:
            from grants.outside.inspection import pdf

            return pdf.read
        case attachments.PICTURE:
            from grants.outside.inspection import pictures

            return pictures.read
        case attachments.TEXT:
            from grants.outside.inspection import texts

            return texts.read
        case attachments.ARCHIVE:
            from grants.outside.inspection import archives

            return archives.read
    from grants.outside.inspection import office

    return office.read
