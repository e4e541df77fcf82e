"""One PostgreSQL and one Valkey for all tests of a run, shared by all its workers."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grants.outside.servers import AlreadyStarted, Postgres, Valkey
from tests.memory import InMemory


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InMemory]:
    """A running PostgreSQL with fsync off; `postgres.url(role, database)` is an address."""
    server = InMemory(_folder(tmp_path_factory) / "servers", fsync=False)
    with shared(server):
        yield server


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A running Valkey; `valkey.url` is its address."""
    server = Valkey(_folder(tmp_path_factory) / "servers")
    with shared(server):
        yield server


def _folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of the test run, which with xdist contains the base folder of each worker."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@contextmanager
def shared(server: Postgres | Valkey) -> Iterator[None]:
    """Start the server unless another worker of this run has; the worker that started it stops it after all others.

    A first lock lets one worker at a time start or stop using the server. All users share a second lock; the worker
    that started the server waits until it can hold that lock exclusively.
    """
    server.instance.mkdir(mode=0o700, exist_ok=True)
    name = type(server).__name__
    with (server.instance / f"{name}.turn").open("w") as turn, (server.instance / f"{name}.users").open("w") as users:
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            server.start()
            mine = True
        except AlreadyStarted:
            mine = False
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield
        if mine:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_EX)
            server.stop()
            erase(server)


def erase(server: Postgres | Valkey) -> None:
    """Remove the files of a stopped server, including those outside the test's own folder."""
    home = server.home
    shutil.rmtree(home.sockets())
    shutil.rmtree(home.folder)
    if home.account and not any(path.is_dir() for path in home.folder.parent.iterdir()):
        shutil.rmtree(home.folder.parent)
