"""A maildir: the mail server puts each mail into `new`, as a file of its own; read ones move to `cur` or `failed`."""

from __future__ import annotations

import os
from pathlib import Path

NEW, READ, FAILED = "new", "cur", "failed"


def waiting(folder: Path, most: int) -> list[str]:
    """The names of the files in `new`, oldest name first, at most this many; none without the folder."""
    return names(folder, NEW)[:most]


def names(folder: Path, place: str) -> list[str]:
    """The names of all files of a place."""
    try:
        with os.scandir(folder / place) as found:
            return sorted(one.name for one in found if one.is_file(follow_symlinks=False))
    except FileNotFoundError:
        return []


def read(folder: Path, name: str, most: int) -> bytes:
    """The first `most` bytes of a file in `new`; raises OSError if it cannot be read."""
    with os.fdopen(os.open(folder / NEW / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        return file.read(most)


def put_away(folder: Path, name: str, place: str) -> None:
    """Move a file from `new` to another place."""
    (folder / place).mkdir(mode=0o700, exist_ok=True)
    (folder / NEW / name).rename(folder / place / name)
