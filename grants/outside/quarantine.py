"""Uploaded files that nobody has inspected yet. They are served to nobody, and lie apart from stored files.

An upload is kept until its inspection has ended, so that any worker on any machine can read it, also after a restart.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

import fsspec

from grants.outside.storage import Answering, place, stream, written

KEY = re.compile(r"[0-9a-f]{32}")
FOLDER = "quarantine"


class Quarantine:
    """The folder `quarantine` at an fsspec URL, such as that of the stored files, whose folders have other names."""

    def __init__(self, url: str) -> None:
        self._files, root = fsspec.core.url_to_fs(url)
        self._root = f"{root.rstrip('/')}/{FOLDER}"

    def put(self, source: Path) -> str:
        """Keep a copy of a local file durably; returns its key, which is random and says nothing about the file."""
        key = secrets.token_hex(16)
        place(self._files, self._path(key), source)
        return key

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
        try:
            with Answering():
                self._files.invalidate_cache()
                paths = self._files.ls(self._root, detail=False)
                names = {os.path.basename(path): path for path in paths}  # noqa: PTH119 - not a local path
                return sorted(k for k, path in names.items() if KEY.fullmatch(k) and self._put_at(path) < instant)
        except FileNotFoundError:
            return []

    def _put_at(self, path: str) -> datetime:
        found: datetime = self._files.modified(path)
        return found

    def _path(self, key: str) -> str:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is not a key of an upload.")
        return f"{self._root}/{key}"
