"""The story is played once a run, by whichever test process comes first."""

from __future__ import annotations

import fcntl

import pytest

from tests.story.told import Told, kept, read, tell


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The story over HTTP, played to its end, and what it left."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "told"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "told.json"
        if not done.exists():
            done.write_text(kept(tell(folder / "instance")))
        return read(done.read_text())
