"""Uploaded files that nobody has inspected yet. They are served to nobody, and lie apart from stored files.

An upload is kept until its inspection has ended, so that any worker on any machine can read it, also after a restart.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import fsspec
from fsspec.implementations.local import LocalFileSystem

from grants.outside.storage import UNFINISHED, Answering, put, stream, written

KEY = re.compile(r"[0-9a-f]{32}")
FOLDER = "quarantine"


class Received(NamedTuple):
    """An upload that is kept: its key, its size in bytes and its SHA-256."""

    key: str
    size: int
    sha256: str


class Count:
    """The size and the hash of what passes."""

    def __init__(self) -> None:
        self.size, self.sha256 = 0, hashlib.sha256()

    def over(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces."""
        for piece in pieces:
            self.size += len(piece)
            self.sha256.update(piece)
            yield piece


class Quarantine:
    """The folder `quarantine` at an fsspec URL, such as that of the stored files, whose folders have other names."""

    def __init__(self, url: str) -> None:
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = f"{root.rstrip('/')}/{FOLDER}"

    def receive(self, pieces: Iterable[bytes]) -> Received:
        """Keep the bytes of an upload durably, in a local folder whole or not at all.

        Its key is random and says nothing about the file.
        """
        key, found = secrets.token_hex(16), Count()
        if isinstance(self._files, LocalFileSystem):
            put(Path(self._path(key)), found.over(pieces))
        else:
            with Answering(), self._files.open(self._path(key), "wb") as file:
                written(found.over(pieces), file)
        return Received(key, found.size, found.sha256.hexdigest())

    def fetch(self, key: str, target: Path) -> str:
        """Copy an upload to a new local file; returns its SHA-256, for the caller to compare.

        Raises FileNotFoundError, or another OSError; what was copied before remains.
        """
        with target.open("xb") as copy:
            return written(stream(self._files, self._path(key)), copy)

    def delete(self, key: str) -> None:
        """Remove an upload if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(key))

    def older_than(self, instant: datetime) -> list[str]:
        """The keys of uploads that were put before this instant, for those that were left behind."""
        return sorted(name for name, path in self._listed() if KEY.fullmatch(name) and self._is_older(path, instant))

    def sweep(self, instant: datetime) -> int:
        """Remove what was begun before this instant and never finished; returns how many files."""
        begun = [path for name, path in self._listed() if name.startswith(UNFINISHED)]
        old = [path for path in begun if self._is_older(path, instant)]
        for path in old:
            with contextlib.suppress(FileNotFoundError):
                self._files.rm_file(path)
        return len(old)

    def _listed(self) -> list[tuple[str, str]]:
        """The name and the path of each file."""
        try:
            with Answering():
                self._files.invalidate_cache()
                paths = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        return [(os.path.basename(path), path) for path in paths]  # noqa: PTH119 - not a local path

    def _is_older(self, path: str, instant: datetime) -> bool:
        """Whether the file was put before; not if it was removed meanwhile."""
        try:
            with Answering():
                return self._put_at(path) < instant
        except FileNotFoundError:
            return False

    def _put_at(self, path: str) -> datetime:
        found: datetime = self._files.modified(path)
        return found

    def _path(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key of an upload.")
        return f"{self._root}/{key}"
