"""An installation for each file of tests that needs one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from config import Settings
from grants.outside.servers import Postgres, Valkey
from tests.databases import copied, settings_for
from tests.jobs.arriving import DOMAIN
from tests.jobs.installation import Installation, running
from tests.jobs.test_mailing import Sink, receiving
from tests.prepared import opened
from tests.servers_fixture import erase


@pytest.fixture(scope="module")
def installation(postgres: Postgres, awarded: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A worker, a relay and a Valkey for this file, on a database with one award."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "instance").mkdir(mode=0o700)
    (folder / "points").mkdir()
    valkey = Valkey(folder / "instance")
    valkey.start()
    try:
        for name in copied(postgres, awarded, f"jobs_{os.getpid()}_{folder.name}"):
            settings = replace(settings_for(postgres, name, folder / "instance"), redis_url=valkey.url)
            with opened(settings) as app, running(app, valkey, folder / "points") as made:
                yield made
    finally:
        valkey.stop()
        erase(valkey)


@pytest.fixture
def queues(valkey: Valkey, worker_id: str) -> Iterator[Redis]:
    """The shared Valkey, in a part that only this test process uses."""
    number = int(worker_id.removeprefix("gw") or 0) + 1 if worker_id != "master" else 0
    with Redis.from_url(f"{valkey.url}?db={number}") as connection:
        connection.flushdb()
        yield connection


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """The maildir of this installation, which has reply addresses."""
    for place in ("new", "cur"):
        (tmp_path / "replies" / place).mkdir(parents=True)
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, replies=str(tmp_path / "replies"), reply_domain=DOMAIN)
    return tmp_path / "replies"


@pytest.fixture
def sink(app: Flask, folder: Path) -> Iterator[Sink]:
    """A mail server that keeps what it gets."""
    with receiving(app) as kept:
        yield kept
