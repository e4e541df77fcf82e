"""Anchors: a copy of each checkpoint outside the database, at any fsspec URL, created once and never replaced."""

from __future__ import annotations

import os
import re
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from grants.outside.storage import Answering, content, create

NAME = re.compile(r"([1-9]\d{0,8})-([1-9]\d{0,9})\.json")
FOLDER = "anchors"


class Anchors:
    """The objects `anchors/<epoch>-<number>.json` at a URL, such as `file:///mnt/audit` or `s3://audit`."""

    def __init__(self, url: str) -> None:
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = f"{root.rstrip('/')}/{FOLDER}"

    def names(self) -> list[tuple[int, int]]:
        """Epoch and number of every anchor, in ascending order; raises OSError if the place cannot be read."""
        try:
            with Answering():
                self._files.invalidate_cache()
                listed = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        found = (NAME.fullmatch(os.path.basename(path)) for path in listed)  # noqa: PTH119 - not a local path
        return sorted((int(name[1]), int(name[2])) for name in found if name)

    def read(self, epoch: int, number: int) -> bytes:
        """The content of an anchor; raises FileNotFoundError, or another OSError."""
        return content(self._files, self._path(epoch, number))

    def write(self, epoch: int, number: int, data: bytes) -> None:
        """Create an anchor durably; the same content again is accepted. Raises FileExistsError if another exists."""
        path = self._path(epoch, number)
        try:
            if isinstance(self._files, LocalFileSystem):
                create(Path(path), data)
            else:
                self._files.pipe_file(path, data, mode="create")
        except FileExistsError:
            if self.read(epoch, number) != data:
                raise

    def _path(self, epoch: int, number: int) -> str:
        return f"{self._root}/{epoch}-{number}.json"
