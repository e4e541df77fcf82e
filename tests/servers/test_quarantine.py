"""An upload waits under a random key, whole or not at all, until its inspection has ended."""

from __future__ import annotations

import hashlib
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
    key = quarantine.put(upload)

    assert KEY.fullmatch(key)
    assert quarantine.fetch(key, tmp_path / "copy") == hashlib.sha256(UPLOAD).hexdigest()
    assert (tmp_path / "copy").read_bytes() == UPLOAD


def test_the_same_file_has_another_key_each_time(quarantine: Quarantine, upload: Path) -> None:
    assert quarantine.put(upload) != quarantine.put(upload)


def test_deleting_is_safe_to_repeat(quarantine: Quarantine, upload: Path, tmp_path: Path) -> None:
    key = quarantine.put(upload)

    quarantine.delete(key)
    quarantine.delete(key)

    with pytest.raises(FileNotFoundError):
        quarantine.fetch(key, tmp_path / "copy")


def test_what_was_left_behind_is_found_by_its_age(quarantine: Quarantine, upload: Path) -> None:
    assert quarantine.older_than(datetime.now(UTC)) == []
    keys = sorted(quarantine.put(upload) for _ in range(3))

    assert quarantine.older_than(datetime.now(UTC) + timedelta(minutes=1)) == keys
    assert quarantine.older_than(datetime.now(UTC) - timedelta(minutes=1)) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 31, "A" * 32, "", f"{'a' * 32}\n", "a" * 64])
def test_a_key_that_is_none_reaches_no_file(quarantine: Quarantine, key: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        quarantine.fetch(key, tmp_path / "copy")


def test_no_stored_file_is_reached_by_a_key_and_no_upload_by_a_hash(upload: Path, tmp_path: Path) -> None:
    """Both may be at one address."""
    url = f"file://{tmp_path}/files"
    key, name = Quarantine(url).put(upload), Storage(url).put_file(upload)

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
        Quarantine(f"file://{tmp_path}/files").put(upload)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
