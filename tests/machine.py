"""What a machine may lack: a test that needs it is skipped with the reason, or fails where nothing may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def chromium() -> Path:
    """The browser of this machine. Where there is one without a head, that does the same with less of the processor."""
    return _program("chromium", "chromium-browser", "google-chrome", better="chromium-headless-shell")


def poppler(program: str) -> Path:
    """One of poppler's programs: pdftotext, pdftoppm, pdffonts."""
    return _program(program)


def _program(*names: str, better: str = "") -> Path:
    for name in (better, *names):
        if name and (found := shutil.which(name)):
            return Path(found)
    reason = f"{names[0]} is not installed; `make test` names the package that brings it."
    if os.environ.get("GRANTS_TEST_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)
