"""An upload waits under a random key, whole or not at all, until its inspection has ended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grants.outside.quarantine import KEY, Quarantine
from grants.outside.storage import Storage

UPLOAD = b"nobody has looked at this"


@pytest.fixture(params=["file://{}", "memory://{}"])
def quarantine(request: pytest.FixtureRequest, tmp_path: Path) -> Quarantine:
    """An empty quarantine: in a folder, and at an fsspec address that is not a folder."""
    return Quarantine(request.param.format(tmp_path / "files"))


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "upload"
    path.write_bytes(UPLOAD)
    return path


def test_an_upload_is_fetched_as_it_came(quarantine: Quarantine, upload: Path, tmp_path: Path) -> None:
    key = quarantine.receive([UPLOAD]).key

    assert KEY.fullmatch(key)
    assert quarantine.fetch(key, tmp_path / "copy") == hashlib.sha256(UPLOAD).hexdigest()
    assert (tmp_path / "copy").read_bytes() == UPLOAD


def test_the_same_file_has_another_key_each_time(quarantine: Quarantine, upload: Path) -> None:
    assert quarantine.receive([UPLOAD]).key != quarantine.receive([UPLOAD]).key


def test_deleting_is_safe_to_repeat(quarantine: Quarantine, upload: Path, tmp_path: Path) -> None:
    key = quarantine.receive([UPLOAD]).key

    quarantine.delete(key)
    quarantine.delete(key)

    with pytest.raises(FileNotFoundError):
        quarantine.fetch(key, tmp_path / "copy")


def test_what_was_left_behind_is_found_by_its_age(quarantine: Quarantine, upload: Path) -> None:
    assert quarantine.older_than(datetime.now(UTC)) == []
    keys = sorted(quarantine.receive([UPLOAD]).key for _ in range(3))

    assert quarantine.older_than(datetime.now(UTC) + timedelta(minutes=1)) == keys
    assert quarantine.older_than(datetime.now(UTC) - timedelta(minutes=1)) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 31, "A" * 32, "", f"{'a' * 32}\n", "a" * 64])
def test_a_key_that_is_none_reaches_no_file(quarantine: Quarantine, key: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        quarantine.fetch(key, tmp_path / "copy")


def test_no_stored_file_is_reached_by_a_key_and_no_upload_by_a_hash(upload: Path, tmp_path: Path) -> None:
    """Both may be at one address."""
    url = f"file://{tmp_path}/files"
    key, name = Quarantine(url).receive([UPLOAD]).key, Storage(url).put_file(upload)

    assert not KEY.fullmatch(name)
    with pytest.raises(ValueError, match="is not a SHA-256"):
        Storage(url).get(key)
    Quarantine(url).delete(key)
    assert Storage(url).get(name) == UPLOAD


def test_a_failed_write_leaves_nothing(upload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        Quarantine(f"file://{tmp_path}/files").receive([UPLOAD])
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_the_size_and_the_hash_are_those_of_what_came(quarantine: Quarantine, tmp_path: Path) -> None:
    kept = quarantine.receive(iter([UPLOAD[:5], UPLOAD[5:]]))

    assert (kept.size, kept.sha256) == (len(UPLOAD), hashlib.sha256(UPLOAD).hexdigest())
    assert quarantine.fetch(kept.key, tmp_path / "copy") == kept.sha256


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield UPLOAD
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Quarantine(f"file://{tmp_path}/files").receive(broken())

    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("folder", ["quarantine", "ab"])
def test_what_a_killed_process_has_not_finished_is_swept(tmp_path: Path, folder: str) -> None:
    url, place = f"file://{tmp_path}/files", tmp_path / "files" / folder
    place.mkdir(parents=True)
    kept = ("unfinished-new", "a" * (32 if folder == "quarantine" else 64))
    for name in (*kept, "unfinished-old"):
        (place / name).touch()
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(place / "unfinished-old", (old, old))
    swept = Quarantine(url) if folder == "quarantine" else Storage(url)

    assert swept.sweep(datetime.now(UTC) - timedelta(days=1)) == 1

    assert sorted(path.name for path in place.iterdir()) == sorted(kept)


def test_a_store_that_is_no_folder_has_nothing_to_sweep() -> None:
    assert Storage("memory://files").sweep(datetime.now(UTC)) == 0
