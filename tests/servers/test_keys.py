"""Secrets are created once, are the same for every process, and are readable by our user only."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from config import ROOT
from grants.outside import keys


def test_a_secret_stays_the_same(tmp_path: Path) -> None:
    assert keys.kept(tmp_path, "secret_key") == keys.kept(tmp_path, "secret_key")


def test_two_secrets_differ_and_are_long(tmp_path: Path) -> None:
    first, second = keys.kept(tmp_path, "first"), keys.kept(tmp_path, "second")

    assert first != second
    assert {len(first), len(second)} == {43}


def test_the_file_is_readable_by_our_user_only(tmp_path: Path) -> None:
    keys.kept(tmp_path, "secret_key")

    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_ask_at_the_same_time_get_the_same_secret(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from grants.outside import keys; print(keys.kept(Path({str(tmp_path)!r}), 'k'))"

    asked = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]

    assert len({process.communicate()[0] for process in asked}) == 1
