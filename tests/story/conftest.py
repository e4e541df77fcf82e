"""Each play takes a minute: the first test process plays it, and the others read the stored result."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import machine
from tests.story import outcome as over_http
from tests.story import played as in_browser
from tests.story.outcome import Outcome
from tests.story.played import Played


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The result of the story played over HTTP."""
    return over_http.read(run_shared(tmp_path_factory, "outcome", lambda folder: over_http.kept(over_http.run(folder))))


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The result and the screenshots of the story played in Chromium; skipped if there is no Chromium."""
    program = machine.chromium()
    return in_browser.read(
        run_shared(
            tmp_path_factory, "played", lambda folder: in_browser.kept(in_browser.play_in_browser(folder, program))
        )
    )


def run_shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], str]) -> str:
    """The result of `make` in a separate folder, computed once per run for all test processes."""
    base = factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done.json"
        if not done.exists():
            done.write_text(make(folder / "instance"))
        return done.read_text()
