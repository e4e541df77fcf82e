"""Files kept by the sha256 of their content: on this machine, or wherever fsspec reaches (S3 and others)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

NAME = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """A stored file is no longer what its name says."""


class Storage:
    """A store at any fsspec address, such as `file:///srv/grants` or `s3://bucket/grants`.

    A file is there whole or not at all, and a name never changes its content: putting the same bytes again is safe,
    at the same time too.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def put(self, data: bytes) -> str:
        """Keep the bytes for good before it returns; gives their sha256 in hexadecimal."""
        name = hashlib.sha256(data).hexdigest()
        if not self.exists(name):
            if isinstance(self._files, LocalFileSystem):
                _write(Path(self._path(name)), data)
            else:
                self._files.pipe_file(self._path(name), data)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes; raises FileNotFoundError, or Damaged when they do not match their name."""
        data: bytes = self._files.cat_file(self._path(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"The stored file {sha256} has other content than its name says.")
        return data

    def exists(self, sha256: str) -> bool:
        """Whether it is kept; its content is not read."""
        return bool(self._files.exists(self._path(sha256)))

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens where it is not kept."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(sha256))

    def _path(self, sha256: str) -> str:
        if not NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a sha256.")
        return f"{self._root}/{sha256[:2]}/{sha256}"


def _write(path: Path, data: bytes) -> None:
    """Write beside it, bring it to the disk, rename, and bring the name to the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, beside = tempfile.mkstemp(dir=path.parent, prefix="unfinished-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    _sync(path.parent)
    _sync(path.parent.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
