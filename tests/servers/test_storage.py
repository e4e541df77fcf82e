"""A stored file is complete or absent, and its content matches its name."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config import ROOT
from grants.outside import storage
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


@pytest.mark.parametrize("damage", [b"", LETTER + b", forged"])
def test_storing_a_damaged_file_again_puts_the_right_bytes_back(store: Storage, damage: bytes) -> None:
    store.put(LETTER)
    files, root = store._files, store._root  # noqa: SLF001 - the damage is done beside the store
    files.pipe_file(f"{root}/{NAME[:2]}/{NAME}", damage)
    assert not store.is_whole(NAME)

    assert store.put(LETTER) == NAME

    assert store.get(NAME) == LETTER


@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: path.symlink_to(path.name)], ids=["a pipe", "a link to itself"]
)
def test_a_file_that_cannot_be_read_is_replaced(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / NAME[:2] / NAME
    path.parent.mkdir()
    make(path)

    Storage(f"file://{tmp_path}").put(LETTER)

    assert path.read_bytes() == LETTER


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A local file."""
    path = tmp_path / "letter.pdf"
    path.write_bytes(LETTER)
    return path


def test_a_local_file_is_stored_and_fetched_in_pieces(
    store: Storage, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "PIECE", 3)

    assert store.put_file(letter) == NAME
    store.fetch(NAME, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == LETTER
    assert store.get(NAME) == LETTER


def test_storing_a_local_file_again_changes_nothing(letter: Path, tmp_path: Path) -> None:
    store = Storage(f"file://{tmp_path}/files")
    store.put_file(letter)
    before = (tmp_path / "files" / NAME[:2] / NAME).stat().st_mtime_ns

    assert store.put_file(letter) == NAME
    assert (tmp_path / "files" / NAME[:2] / NAME).stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", LETTER + b", forged"])
def test_a_damaged_file_is_not_fetched_and_is_repaired(
    store: Storage, letter: Path, tmp_path: Path, damage: bytes
) -> None:
    store.put_file(letter)
    files, root = store._files, store._root  # noqa: SLF001 - the damage is done beside the store
    files.pipe_file(f"{root}/{NAME[:2]}/{NAME}", damage)

    with pytest.raises(Damaged, match=NAME):
        store.fetch(NAME, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    store.put_file(letter)
    store.fetch(NAME, tmp_path / "copy")

    assert (tmp_path / "copy").read_bytes() == LETTER


def test_a_missing_file_is_not_fetched(store: Storage, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.fetch(NAME, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_copy_replaces_no_local_file(store: Storage, letter: Path) -> None:
    store.put_file(letter)

    with pytest.raises(FileExistsError):
        store.fetch(NAME, letter)
    assert letter.read_bytes() == LETTER


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


def link_to_a_pipe(path: Path) -> None:
    """A link to a pipe beside it."""
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


STRANGE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a pipe": link_to_a_pipe,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE)
def test_what_is_no_regular_file_is_an_error(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / NAME[:2] / NAME
    path.parent.mkdir()
    make(path)

    with pytest.raises(OSError, match=r"\[Errno"):
        Storage(f"file://{tmp_path}").get(NAME)


def test_a_link_to_a_regular_file_is_read(tmp_path: Path) -> None:
    Storage(f"file://{tmp_path}").put(LETTER)
    path = tmp_path / NAME[:2] / NAME
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")

    assert Storage(f"file://{tmp_path}").get(NAME) == LETTER


def test_a_reader_that_opens_any_file_would_wait_at_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the reader waits until something is written."""
    monkeypatch.setattr(storage, "_regular", Path.read_bytes)
    path = tmp_path / NAME[:2] / NAME
    path.parent.mkdir()
    os.mkfifo(path)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(Storage(f"file://{tmp_path}").get(NAME)))
    reader.start()

    reader.join(0.2)
    assert reader.is_alive()
    path.write_bytes(LETTER)
    reader.join()
    assert found == [LETTER]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(OSError, match="No space left"):
        Storage(f"file://{tmp_path}").put(LETTER)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_new_folder_is_synced_once_and_a_prepared_one_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(storage, "_sync", lambda folder: synced.append(folder.name))
    fresh, prepared = Storage(f"file://{tmp_path}/fresh"), Storage(f"file://{tmp_path}/prepared")
    prepared.prepare()
    counts = []
    for store in (fresh, fresh, prepared):
        synced.clear()
        store.delete(store.put(LETTER))
        counts.append(list(synced))

    assert counts == [[NAME[:2], "fresh"], [NAME[:2]], [NAME[:2]]]


def test_a_folder_that_was_removed_is_synced_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Storage(f"file://{tmp_path}")
    store.prepare()
    (tmp_path / NAME[:2]).rmdir()
    synced: list[str] = []
    monkeypatch.setattr(storage, "_sync", lambda folder: synced.append(folder.name))

    store.put(LETTER)

    assert synced == [NAME[:2], tmp_path.name]


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


def test_a_folder_in_place_of_a_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / NAME[:2] / NAME).mkdir(parents=True)

    store = Storage(f"file://{tmp_path}")

    assert not store.is_whole(NAME)
    with pytest.raises(Damaged, match="A folder stands in place"):
        store.get(NAME)


def test_storing_the_file_again_moves_the_folder_aside_with_what_it_holds(tmp_path: Path) -> None:
    place = tmp_path / NAME[:2] / NAME
    place.mkdir(parents=True)
    (place / "note").write_text("kept")

    assert Storage(f"file://{tmp_path}").put(LETTER) == NAME

    assert place.read_bytes() == LETTER
    assert [path.read_text() for path in place.parent.glob("folder-*/note")] == ["kept"]
