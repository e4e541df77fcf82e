"""A stored file is complete or absent, and its content matches its name."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import ROOT
from grants.outside.storage import Damaged, Storage

LETTER = b"%PDF-1.7 a letter"
NAME = hashlib.sha256(LETTER).hexdigest()
ENDLESS = """
import os, sys
from grants.outside.storage import Storage
store, number = Storage(sys.argv[1]), 0
print("begun", flush=True)
while True:
    number += 1
    store.put(number.to_bytes(8) * 50_000)
"""


@pytest.fixture(params=["file://{}", "memory://{}"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An empty store: in a folder, and at an fsspec address that is not a folder."""
    return Storage(request.param.format(tmp_path / "files"))


def test_a_stored_file_is_read_back(store: Storage) -> None:
    assert store.put(LETTER) == NAME
    assert store.exists(NAME)
    assert store.get(NAME) == LETTER


def test_storing_a_file_again_changes_nothing(tmp_path: Path) -> None:
    store = Storage(f"file://{tmp_path}")
    store.put(LETTER)
    before = (tmp_path / NAME[:2] / NAME).stat().st_mtime_ns

    assert store.put(LETTER) == NAME
    assert (tmp_path / NAME[:2] / NAME).stat().st_mtime_ns == before


def test_a_missing_file_is_reported(store: Storage) -> None:
    assert not store.exists(NAME)
    with pytest.raises(FileNotFoundError):
        store.get(NAME)


def test_deleting_is_safe_to_repeat(store: Storage) -> None:
    store.put(LETTER)

    store.delete(NAME)
    store.delete(NAME)

    assert not store.exists(NAME)


@pytest.mark.parametrize("name", ["../../etc/passwd", NAME.upper(), NAME[:-1], f"{NAME}\n", ""])
def test_a_name_that_is_not_a_hash_reaches_no_file(store: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="is not a SHA-256"):
        store.get(name)


def test_a_changed_file_is_not_served(tmp_path: Path) -> None:
    store = Storage(f"file://{tmp_path}")
    store.put(LETTER)
    (tmp_path / NAME[:2] / NAME).write_bytes(LETTER + b", forged")

    with pytest.raises(Damaged, match=NAME):
        store.get(NAME)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        Storage(f"file://{tmp_path}").put(LETTER)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_killed_writer_leaves_only_complete_files(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDLESS, f"file://{tmp_path}"]
    for pause in (0.05, 0.11, 0.17):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)

    kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("unfinished-")]

    assert kept
    assert [path.name for path in kept if hashlib.sha256(path.read_bytes()).hexdigest() != path.name] == []
