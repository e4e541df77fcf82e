"""A dump that was really restored, into a new cluster: what verify finds, and what `grants restored` states."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from flask import Flask

import config
from config import ROOT, Settings
from grants.jobs.sealing import NotSealed
from grants.outside import signing
from grants.outside.servers import Postgres
from tests.dumps import dump, new_cluster, restore
from tests.history.conftest import Forge
from tests.history.proof import add_event, anchored, found, noted, points, sealed
from tests.history.test_checkpoints import CUT
from tests.prepared import opened

pytestmark = pytest.mark.system

REASON = "Disk failure"
LOST = (
    "Checkpoint {0} of {1} begins epoch {2} after a restore: what was sealed after checkpoint {3} is lost, "
    "up to checkpoint {4} of epoch {5}. Reason: Disk failure"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A new cluster for this file."""
    with new_cluster(tmp_path_factory.mktemp("cluster") / "new") as server:
        yield server


@pytest.fixture
def app(app: Flask, tmp_path: Path) -> Flask:
    """The application with two checkpoints and their anchors."""
    anchored(app, tmp_path / "audit")
    grow(app, 2)
    return app


def grow(app: Flask, count: int) -> None:
    """Add so many events, each with a checkpoint of its own."""
    for _ in range(count):
        add_event(app)
        assert sealed(app) is not None


class Backups:
    """Takes and restores dumps."""

    def __init__(self, app: Flask, cluster: Postgres, folder: Path) -> None:
        self.app, self.cluster, self.folder = app, cluster, folder
        self._open = contextlib.ExitStack()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def take(self, app: Flask) -> Path:
        """Dump the database of the application, as the role of backups."""
        self._count += 1
        return dump(app.extensions["settings"].read_database_url, self.folder / f"{self._count}.dump")

    def put(self, path: Path) -> Flask:
        """Restore a dump into a new database of the new cluster; returns the application on it."""
        self._count += 1
        name = f"restored_{os.getpid()}_{self.folder.name}_{self._count}"
        restore(self.cluster, path, name)
        urls = {
            f"{kind}database_url": self.cluster.url(role, name)
            for kind, role in (("", "grants_app"), ("read_", "grants_read"), ("seal_", "grants_seal"))
        }
        settings = replace(self.app.extensions["settings"], owner_database_url="", **urls)
        return self._open.enter_context(opened(settings))


@pytest.fixture
def backup(app: Flask, cluster: Postgres, tmp_path: Path) -> Iterator[Backups]:
    """Dumps of the application's database, and the application on a restored one."""
    with Backups(app, cluster, tmp_path) as backups:
        yield backups


def auditor(app: Flask, folder: Path) -> list[str]:
    """The findings on a host that has the public key and no secret."""
    settings: Settings = app.extensions["settings"]
    other = replace(
        settings,
        instance=folder / "auditor",
        files_url=settings.files,
        seal_database_url="",
        seal_public_keys=(signing.signer(settings).public,),
    )
    with opened(other) as there:
        return found(there)


def stated(app: Flask, reason: str = REASON, **changes: object) -> subprocess.CompletedProcess[str]:
    """Run `grants restored`."""
    settings = replace(app.extensions["settings"], redis_url="redis://127.0.0.1:9", **changes)
    command = [sys.executable, "-m", "grants.cli", "restored", "--reason", reason]
    return subprocess.run(
        command, cwd=ROOT, env=config.exported(settings), capture_output=True, text=True, check=False, timeout=60
    )


def day(app: Flask) -> str:
    """The day of the newest checkpoint."""
    return str(points(app)[-1].at.date())


def test_a_dump_with_the_newest_checkpoint_fits(app: Flask, backup: Backups, tmp_path: Path) -> None:
    there = backup.put(backup.take(app))

    assert auditor(there, tmp_path) == []
    grow(there, 2)
    assert [(point.epoch, point.id) for point in points(there)] == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert (auditor(there, tmp_path), noted(there)) == ([], [])


def test_last_nights_dump_names_the_checkpoints_that_it_lacks(app: Flask, backup: Backups, tmp_path: Path) -> None:
    path = backup.take(app)
    grow(app, 3)

    there = backup.put(path)

    assert auditor(there, tmp_path) == [CUT.format(3, 5)]
    add_event(there)
    with pytest.raises(NotSealed, match="The anchors go up to checkpoint 5 of epoch 1"):
        sealed(there)


def test_a_restore_that_was_stated_is_a_note_and_sealing_goes_on(app: Flask, backup: Backups, tmp_path: Path) -> None:
    path = backup.take(app)
    grow(app, 3)
    there = backup.put(path)

    done = stated(there)
    grow(there, 2)

    assert (done.returncode, done.stdout) == (
        0,
        "Checkpoint 3 begins epoch 2. What was sealed after checkpoint 2 is lost, up to checkpoint 5 of epoch 1.\n",
    ), done.stderr
    assert [(point.epoch, point.id) for point in points(there)][2:] == [(2, 3), (2, 4), (2, 5)]
    assert auditor(there, tmp_path) == []
    assert noted(there) == [LOST.format(3, day(there), 2, 2, 5, 1)]


def test_checkpoints_cut_off_after_a_stated_restore_are_found(app: Flask, backup: Backups, tmp_path: Path) -> None:
    """What was stated excuses nothing that was sealed afterwards."""
    path = backup.take(app)
    grow(app, 3)
    there = backup.put(path)
    stated(there)
    cut = backup.take(there)
    grow(there, 2)

    assert auditor(backup.put(cut), tmp_path) == [CUT.format(4, 5).replace("epoch 1", "epoch 2")]


def test_a_system_that_goes_on_beside_the_restored_one_is_found(app: Flask, backup: Backups, tmp_path: Path) -> None:
    path = backup.take(app)
    grow(app, 1)
    there = backup.put(path)
    stated(there)
    add_event(app)

    with pytest.raises(NotSealed, match="The anchors go up to checkpoint 3 of epoch 2"):
        sealed(app)
    assert auditor(app, tmp_path) == [CUT.format(3, 3).replace("epoch 1", "epoch 2")]


def test_a_dump_of_another_epoch_is_named_and_stated_too(app: Flask, backup: Backups, tmp_path: Path) -> None:
    early = backup.take(app)
    grow(app, 2)
    late = backup.take(app)
    grow(app, 2)
    second = backup.put(early)
    stated(second)
    grow(second, 1)

    third = backup.put(late)
    before = auditor(third, tmp_path)
    done = stated(third)
    grow(third, 1)

    assert before == [CUT.format(5, 6), CUT.format(3, 4).replace("epoch 1", "epoch 2")]
    assert done.returncode == 0, done.stderr
    assert [(point.epoch, point.id) for point in points(third)][3:] == [(1, 4), (3, 5), (3, 6)]
    assert auditor(third, tmp_path) == []
    assert noted(third) == [LOST.format(5, day(third), 3, 4, 4, 2)]


def test_there_is_nothing_to_state_without_a_loss(app: Flask) -> None:
    assert stated(app).stderr == "Error: No anchor goes beyond the checkpoints, so there is no restore to record.\n"
    assert len(points(app)) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"seal_database_url": ""}, "Set GRANTS_SEAL_DATABASE_URL: checkpoints are created by the role grants_seal."),
        ({"seal_public_keys": ("b" * 43,)}, "its public key is not among GRANTS_SEAL_PUBLIC_KEYS."),
        ({"seal_key": "c2hvcnQ"}, "it has 5 bytes instead of 32."),
        ({"reason": " "}, "Give the reason."),
    ],
)
def test_only_the_sealer_can_state_a_restore(
    app: Flask, forge: Forge, changes: dict[str, object], problem: str
) -> None:
    forge("DELETE FROM checkpoint WHERE id = 2")

    done = stated(app, **changes)  # type: ignore[arg-type]

    assert done.returncode == 1
    assert problem in done.stderr
    assert (done.stderr.count("\n"), len(points(app))) == (1, 1)
