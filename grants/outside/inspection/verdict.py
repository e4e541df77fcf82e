"""What the inspection of a file finds, in the child process and for its caller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workflows.attachments import Format, Kind, Reason, refusal
from workflows.engine.message import Message, Value

STORED = "stored"
"""The name of the file, in the folder of the inspection, that takes the place of the uploaded one."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be stored.

    name: as it is shown, with the extension of its format; path: what is stored in place of the upload, with its
    SHA-256 and size in bytes; pages: their number if it has pages; previews: pictures of the first pages, or the
    thumbnail; notes: what the stored form no longer has.
    """

    kind: Kind
    format: Format
    name: str
    path: Path
    sha256: str
    size: int
    pages: int | None
    previews: tuple[Path, ...]
    notes: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that may not be stored, with the sentence for the person who attached it."""

    reason: Reason
    message: Message


Verdict = Accepted | Refused


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader of a format has found. It has written the file to store and the previews into the folder."""

    format: Format
    pages: int | None = None
    previews: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


class Rejection(Exception):
    """Ends the reading of a file that is refused."""

    def __init__(self, reason: Reason, **values: Value) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = refusal(reason, **values)
