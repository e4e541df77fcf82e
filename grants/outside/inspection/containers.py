"""Zip files, which archives and office documents are: their members checked, and their bytes counted as they come."""

from __future__ import annotations

import errno
import stat
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grants.outside.inspection.limits import MEBIBYTE, Limits
from grants.outside.inspection.verdict import Rejection
from workflows.attachments import Reason

BEGINS = b"PK\x03\x04"
END = b"PK\x05\x06"
END_BYTES = 22
COMMENT = 65_535
ENCRYPTED = 0x1
PIECE = 64 * 1024
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BEFORE_ALL = (1980, 1, 1, 0, 0, 0)
"""The time of every member that is written, so that the same content is the same file."""


@dataclass(slots=True)
class Budget:
    """How many decompressed bytes and parts may still be read, over all levels of a file."""

    bytes: int
    parts: int
    limits: Limits

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """The whole budget of one file."""
        return cls(limits.expanded, limits.parts, limits)

    def spend(self, number: int) -> None:
        """Count bytes that were decompressed; raises Rejection if they are too many."""
        self.bytes -= number
        if self.bytes < 0:
            raise Rejection(Reason.EXPANDS, megabytes=self.limits.expanded // MEBIBYTE)

    def count(self, parts: int) -> None:
        """Count members; raises Rejection if they are too many."""
        self.parts -= parts
        if self.parts < 0:
            raise Rejection(Reason.TOO_MANY_PARTS, most=self.limits.parts)


@contextmanager
def opened(source: Path, budget: Budget) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """The zip file and its members without folders, each with a safe path; raises Rejection."""
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
            budget.count(len(infos))
            yield archive, _checked(infos)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, UnicodeError) as error:
        raise Rejection(Reason.DAMAGED) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a member that begins before the file
            raise
        raise Rejection(Reason.DAMAGED) from error


def pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Generator[bytes, None, None]:
    """The content of a member, counted piece by piece; the size that its header states is not relied on."""
    with archive.open(info) as file:
        while piece := file.read(PIECE):
            budget.spend(len(piece))
            yield piece


def written(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The header under which a member is written: its name and packing, and nothing else of the old one."""
    fresh = zipfile.ZipInfo(info.filename, BEFORE_ALL)
    fresh.compress_type = info.compress_type
    fresh.external_attr = (stat.S_IFREG | 0o600) << 16
    return fresh


def starts_as_archive(data: bytes) -> bool:
    """Whether the first bytes are those of a zip file with at least one member."""
    return data.startswith(BEGINS)


def ends_as_archive(data: bytes) -> bool:
    """Whether the data ends with the directory of a zip file, so that it is an archive whatever stands before it."""
    start = max(0, len(data) - END_BYTES - COMMENT)
    place = data.find(END, start)
    while place >= 0:
        comment = int.from_bytes(data[place + 20 : place + END_BYTES], "little")
        if place + END_BYTES + comment == len(data):
            return True
        place = data.find(END, place + 1)
    return False


def has_archive_end(data: bytes) -> bool:
    """Whether the directory of a zip file stands anywhere in the data."""
    return END in data or BEGINS in data


def _checked(infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    names = set[str]()
    for info in infos:
        name = info.filename
        if info.flag_bits & ENCRYPTED:
            raise Rejection(Reason.PASSWORD)
        if not _is_safe(info.orig_filename):
            raise Rejection(Reason.UNSAFE_PATH, member=_printable(name))
        if stat.S_ISLNK(info.external_attr >> 16) or _is_special(info.external_attr >> 16):
            raise Rejection(Reason.LINK, member=_printable(name))
        if name.casefold() in names:
            raise Rejection(Reason.DOUBLE_NAME, member=_printable(name))
        if info.compress_type not in PACKINGS:
            raise Rejection(Reason.DAMAGED)
        names.add(name.casefold())
    return [info for info in infos if not info.is_dir()]


def _is_safe(name: str) -> bool:
    """Whether the path stays in its folder on every system."""
    parts = name.removesuffix("/").split("/")
    return all(part not in {"", ".", ".."} for part in parts) and not any(
        character in "\\:" or ord(character) < ord(" ") for character in name
    )


def _is_special(mode: int) -> bool:
    """Whether the member is neither a file nor a folder, such as a device; many programs state no type."""
    return stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in name)[:120]
