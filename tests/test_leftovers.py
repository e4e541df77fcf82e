"""A test run leaves nothing outside its own folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grants.outside.servers import Valkey, home
from tests import leftovers

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps the data of servers outside the instance")


@as_root
def test_the_data_of_an_instance_are_found_and_removed_with_it(tmp_path: Path) -> None:
    mine, other = Valkey(tmp_path / "mine" / "instance").home, Valkey(tmp_path / "other").home

    assert leftovers.left_by(tmp_path / "mine") == [mine.folder.parent]
    leftovers.remove(tmp_path / "mine")

    assert (mine.folder.parent.exists(), other.folder.parent.exists()) == (False, True)
    assert leftovers.left_by(tmp_path) == [other.folder.parent]


def test_a_folder_that_another_process_removes_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "STATE", tmp_path)
    for name in ("kept", "removed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / home.ORIGIN).write_text(str(tmp_path / "mine"))
    read = Path.read_text

    def removed_first(path: Path, encoding: str) -> str:
        if path.parent.name == "removed":
            path.unlink()
        return read(path, encoding)

    monkeypatch.setattr(Path, "read_text", removed_first)

    assert leftovers.left_by(tmp_path / "mine") == [tmp_path / "kept"]


def test_without_root_nothing_is_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "STATE", tmp_path / "missing")

    assert leftovers.left_by(tmp_path) == []
