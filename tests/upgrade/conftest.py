"""The database of release 0.1.0, restored and upgraded once per test run and copied for each test."""

from __future__ import annotations

import fcntl
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from config import Settings
from grants.cli.init import prepare
from grants.outside.servers import create_database
from grants.outside.servers.postgres import plain
from tests.databases import settings_for
from tests.history.proof import name_of
from tests.memory import InMemory

HERE = Path(__file__).parent
DUMP = HERE / "story_0_1.sql.gz"
INSTANCE = HERE / "story_0_1"
"""The files and the key of the old instance."""
NAME = "grants_story_0_1"
CLOCK = "UPDATE clock_offset SET seconds = extract(epoch FROM (SELECT max(at) FROM history) - clock_timestamp()) + 60"
"""Sets the clock to one minute after the newest event, so that the tests give the same results on every day."""

Forge = Callable[[str], None]


@pytest.fixture(scope="session")
def ground(postgres: InMemory) -> str:
    """Every test begins with the data of release 0.1.0, upgraded as `grants init` does it."""
    with (postgres.instance / f"{NAME}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / f"{NAME}.done"
        if not done.exists():
            restore(postgres)
            settings = settings_for(postgres, NAME, postgres.instance)
            prepare(settings, settings)
            done.touch()
    return NAME


def restore(postgres: InMemory) -> None:
    """Create the database as release 0.1.0 left it."""
    create_database(postgres.url("postgres", "postgres"), NAME)
    postgres.take_in(NAME)
    with psycopg.connect(plain(postgres.url("postgres", NAME)), autocommit=True) as superuser:
        superuser.execute(gzip.decompress(DUMP.read_bytes()))
        superuser.execute("SET search_path = public")
        superuser.execute(CLOCK)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings of the test's own database, with a copy of the old instance's files and key."""
    shutil.copytree(INSTANCE, settings.instance, dirs_exist_ok=True)
    return settings


@pytest.fixture
def forge(app: Flask, postgres: InMemory) -> Forge:
    """Run SQL as a superuser, with triggers disabled."""

    def run(statements: str) -> None:
        with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(statements.encode())

    return run
