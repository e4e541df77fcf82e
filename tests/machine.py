"""Programs that a machine may lack.

A test that needs one is skipped with the reason, or fails where skipping is forbidden.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

SERVICES = "/usr/sbin:/usr/local/sbin"
"""Folders of programs that the PATH of an ordinary user may lack."""


def chromium() -> Path:
    """The Chromium of this machine; its headless version is preferred, because it needs less processor time."""
    return _program("chromium", "chromium-browser", "google-chrome", better="chromium-headless-shell")


def poppler(program: str) -> Path:
    """One of poppler's programs: pdftotext, pdftoppm, pdffonts."""
    return _program(program)


def clamd() -> Path:
    """The virus scanner ClamAV, which is only installed where every test must run."""
    return _program("clamd")


def _program(*names: str, better: str = "") -> Path:
    for name in (better, *names):
        if name and (found := shutil.which(name) or shutil.which(name, path=SERVICES)):
            return Path(found)
    reason = f"{names[0]} is not installed; `make test` names the package that brings it."
    if os.environ.get("GRANTS_TEST_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)
