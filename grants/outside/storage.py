"""Files named by the SHA-256 of their content, in a local folder or any store that fsspec supports, such as S3."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

NAME = re.compile(r"[0-9a-f]{64}")
PIECE = 256 * 1024
UNFINISHED = "unfinished-"
"""How the names of files begin that are being written. One that stays was left by a process that was killed."""


class Damaged(Exception):
    """The content of a stored file does not match its name."""


class Answering(AbstractContextManager[None]):
    """Turns whatever a store raises into OSError: each library has errors of its own, which share no other class."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise OSError in place of another error; one that is no error, such as the end of the process, stays."""
        if isinstance(error, Exception) and not isinstance(error, OSError):
            raise OSError(f"{type(error).__name__}: {error}") from error


class Storage:
    """A store at any fsspec URL, such as `file:///srv/grants` or `s3://bucket/grants`.

    Files are written atomically, and a name never changes its content: storing the same bytes again is safe, also
    concurrently.
    """

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)
        self._lasting: set[Path] = set()

    def prepare(self) -> None:
        """Create the folders of a local store, so that this process and those forked from it need not sync them."""
        if isinstance(self._files, LocalFileSystem):
            folders = {Path(self._root) / f"{number:02x}" for number in range(256)}
            for folder in folders:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(Path(self._root))
            self._lasting |= folders

    def put(self, data: bytes) -> str:
        """Store the bytes durably and return their SHA-256 in hexadecimal.

        A file with other content is replaced; a folder in its place is kept beside it under another name.
        """
        name = hashlib.sha256(data).hexdigest()
        with contextlib.suppress(OSError):
            if self.is_whole(name):
                return name
        if isinstance(self._files, LocalFileSystem):
            self._write(Path(self._path(name)), (data,))
        else:
            self._files.pipe_file(self._path(name), data)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes; raises FileNotFoundError, another OSError, or Damaged if they do not match their name."""
        try:
            data = content(self._files, self._path(sha256))
        except IsADirectoryError as error:
            raise Damaged(f"A folder stands in place of the stored file {sha256}.") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"The content of the stored file {sha256} does not match its name.")
        return data

    def put_file(self, source: Path) -> str:
        """Store a local file as `put` does, without holding it in memory; returns its SHA-256."""
        with source.open("rb") as file:
            name = hashlib.file_digest(file, "sha256").hexdigest()
        with contextlib.suppress(OSError):
            if self._files.exists(self._path(name)) and self._hash(name) == name:
                return name
        if isinstance(self._files, LocalFileSystem):
            self._write(Path(self._path(name)), stream(self._files, str(source)))
        else:
            place(self._files, self._path(name), source)
        return name

    def fetch(self, sha256: str, target: Path) -> None:
        """Copy a stored file to a new local one, piece by piece; no wrong copy remains.

        Raises FileNotFoundError, another OSError, or Damaged.
        """
        whole = False
        with target.open("xb") as copy:
            try:
                whole = written(stream(self._files, self._path(sha256)), copy) == sha256
            finally:
                if not whole:
                    target.unlink()
        if not whole:
            raise Damaged(f"The content of the stored file {sha256} does not match its name.")

    def exists(self, sha256: str) -> bool:
        """Whether the file is stored; its content is not read."""
        return bool(self._files.exists(self._path(sha256)))

    def is_whole(self, sha256: str) -> bool:
        """Whether the file is stored and undamaged; raises OSError if it cannot be read, or ValueError."""
        try:
            self.get(sha256)
        except (FileNotFoundError, Damaged):
            return False
        return True

    def delete(self, sha256: str) -> None:
        """Remove the file if it is stored."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(sha256))

    def sweep(self, instant: datetime) -> int:
        """Remove what was begun before this instant in a local store and never finished; returns how many files."""
        if not isinstance(self._files, LocalFileSystem):
            return 0
        begun = Path(self._root).glob(f"[0-9a-f][0-9a-f]/{UNFINISHED}*")
        old = [path for path in begun if datetime.fromtimestamp(path.stat().st_mtime, UTC) < instant]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _write(self, path: Path, pieces: Iterable[bytes]) -> None:
        lasting = path.parent in self._lasting and path.parent.is_dir()
        _write(path, pieces)
        if not lasting:
            _sync(path.parent.parent)
            self._lasting.add(path.parent)

    def _hash(self, sha256: str) -> str:
        found = hashlib.sha256()
        for piece in stream(self._files, self._path(sha256)):
            found.update(piece)
        return found.hexdigest()

    def _path(self, sha256: str) -> str:
        if not NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256 in hexadecimal.")
        return f"{self._root}/{sha256[:2]}/{sha256}"


def content(files: AbstractFileSystem, path: str) -> bytes:
    """The bytes of a file; raises FileNotFoundError, or another OSError."""
    with Answering():
        data: bytes = _regular(Path(path)) if isinstance(files, LocalFileSystem) else files.cat_file(path)
    return data


def stream(files: AbstractFileSystem, path: str) -> Iterator[bytes]:
    """The bytes of a file in pieces; raises FileNotFoundError, or another OSError."""
    with Answering(), _opened(Path(path)) if isinstance(files, LocalFileSystem) else files.open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def written(pieces: Iterable[bytes], file: BinaryIO) -> str:
    """Write the pieces and return their SHA-256."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
        file.write(piece)
    return found.hexdigest()


def place(files: AbstractFileSystem, path: str, source: Path) -> None:
    """Copy a local file to this place durably, whole or not at all, also over another one."""
    with Answering():
        if isinstance(files, LocalFileSystem):
            put(Path(path), stream(files, str(source)))
        else:
            files.put_file(str(source), path)


def put(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces to a local file durably, whole or not at all."""
    _write(path, pieces)
    _sync(path.parent.parent)


def _regular(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read()


def _opened(path: Path) -> BinaryIO:
    """Open a local file; raises OSError for a pipe or a device, whose reader could wait or read for ever."""
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return file


def create(path: Path, data: bytes) -> None:
    """Create a local file durably, whole or not at all; raises FileExistsError if there is one."""
    _write(path, (data,), lambda beside: os.link(beside, path))
    _sync(path.parent.parent)


def _write(path: Path, pieces: Iterable[bytes], place: Callable[[Path], object] | None = None) -> None:
    """Write a temporary file, sync it, put it in its place (by default over another file), and sync its folder."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        place(beside) if place else _replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)


def _replace(beside: Path, path: Path) -> None:
    """Put a file in place of another one, or of a folder, which is moved aside because it may hold something."""
    try:
        beside.replace(path)
    except IsADirectoryError:
        path.rename(path.with_name(f"folder-{beside.name}"))
        beside.replace(path)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
