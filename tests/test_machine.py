"""A missing program skips a test on a laptop, and fails it on a machine where all tests must run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import machine


def test_a_missing_browser_skips_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GRANTS_TEST_ALL", raising=False)

    with pytest.raises(pytest.skip.Exception, match="chromium is not installed"):
        machine.chromium()


def test_a_missing_browser_fails_where_all_tests_must_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GRANTS_TEST_ALL", "1")

    with pytest.raises(pytest.fail.Exception, match="chromium is not installed"):
        machine.chromium()
