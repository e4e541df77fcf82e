"""Anchors are created once, whole, and never replaced."""

from __future__ import annotations

import os
import threading
import uuid
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from grants.outside.anchors import Anchors
from grants.outside.storage import Storage


@pytest.fixture(params=["file://{}", "memory://{}"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> Anchors:
    """An empty place: in a folder, and at an fsspec address that is not a folder."""
    return Anchors(request.param.format(tmp_path / uuid.uuid4().hex))


def test_an_empty_place_has_no_anchors(anchors: Anchors) -> None:
    assert anchors.names() == []


def test_anchors_are_listed_by_epoch_and_number(anchors: Anchors) -> None:
    for epoch, number in ((2, 9), (1, 10), (1, 9)):
        anchors.write(epoch, number, b"x")

    assert anchors.names() == [(1, 9), (1, 10), (2, 9)]


def test_an_anchor_is_read_back(anchors: Anchors) -> None:
    anchors.write(1, 1, b"content")

    assert anchors.read(1, 1) == b"content"


def test_a_missing_anchor_is_an_error(anchors: Anchors) -> None:
    with pytest.raises(FileNotFoundError):
        anchors.read(1, 1)


def test_an_anchor_that_is_no_regular_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "anchors").mkdir()
    os.mkfifo(tmp_path / "anchors" / "1-1.json")

    with pytest.raises(OSError, match="Not a regular file"):
        Anchors(f"file://{tmp_path}").read(1, 1)


def test_another_content_is_refused_and_the_first_one_kept(anchors: Anchors) -> None:
    anchors.write(1, 1, b"first")
    anchors.write(1, 1, b"first")

    with pytest.raises(FileExistsError):
        anchors.write(1, 1, b"second")

    assert anchors.read(1, 1) == b"first"


def test_other_files_are_no_anchors(tmp_path: Path) -> None:
    (tmp_path / "anchors").mkdir()
    for name in ("1-1.json.bak", "unfinished-x", "0-1.json", "1-0.json", "notes.txt", "1-1-1.json"):
        (tmp_path / "anchors" / name).write_text("x")

    assert Anchors(f"file://{tmp_path}").names() == []


def test_of_many_writers_one_creates_the_file(tmp_path: Path) -> None:
    anchors, created, begin = Anchors(f"file://{tmp_path}"), [], threading.Barrier(8)

    def write(content: bytes) -> None:
        begin.wait(20)
        try:
            anchors.write(1, 1, content)
        except FileExistsError:
            return
        created.append(content)

    writers = [threading.Thread(target=write, args=(bytes([number]) * 1000,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert created == [anchors.read(1, 1)]
    assert [path.name for path in (tmp_path / "anchors").iterdir()] == ["1-1.json"]


class Unreached(Exception):
    """An error of a library for a remote store, which is no OSError."""


def test_what_a_remote_store_raises_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sealer and the verification expect no other."""

    def unreached(*_: object, **__: object) -> None:
        raise Unreached("The endpoint does not answer")

    monkeypatch.setattr(MemoryFileSystem, "ls", unreached)
    monkeypatch.setattr(MemoryFileSystem, "cat_file", unreached)
    anchors, storage = Anchors("memory://audit"), Storage("memory://files")

    for read in (anchors.names, lambda: anchors.read(1, 1), lambda: storage.get("0" * 64)):
        with pytest.raises(OSError, match="Unreached: The endpoint does not answer"):
            read()
