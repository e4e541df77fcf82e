"""A separate database for every test that writes: a copy of one that was migrated once."""

from __future__ import annotations

import fcntl
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config import Settings
from grants.cli.init import migrate
from grants.outside.servers import Postgres, create_database
from grants.outside.servers.postgres import GUESTS, plain
from tests.memory import InMemory, as_superuser

TEMPLATE = "grants_template"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def template(postgres: InMemory, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database, created by the first test process that needs it."""
    with (postgres.instance / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / "template.done"
        if not done.exists():
            create_database(postgres.url("postgres", "postgres"), TEMPLATE)
            postgres.take_in(TEMPLATE)
            migrate(postgres.url("grants_owner", TEMPLATE))
            # The first connection after a migration stores a cache of the catalogue, which the copies then have too.
            psycopg.connect(plain(postgres.url("grants_app", TEMPLATE))).close()
            done.touch()
    return TEMPLATE


@pytest.fixture(scope="session")
def ground(template: str) -> str:
    """What each test's database is a copy of: empty tables, unless the test file overrides this fixture."""
    return template


@pytest.fixture
def source(request: pytest.FixtureRequest, ground: str) -> str:
    """What the test's database is a copy of; `@pytest.mark.ground("active")` names a fixture."""
    marker = request.node.get_closest_marker("ground")
    found: str = request.getfixturevalue(marker.args[0]) if marker else ground
    return found


@pytest.fixture
def database(postgres: Postgres, source: str) -> Iterator[str]:
    """The name of the test's own database."""
    yield from copied(postgres, source, f"test_{os.getpid()}_{next(_numbers)}")


def copied(postgres: Postgres, template: str, name: str) -> Iterator[str]:
    """A copy of `template` that is dropped afterwards, even if connections are open."""
    copy(postgres, template, name)
    try:
        yield name
    finally:
        as_superuser(postgres).execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def copy(postgres: Postgres, template: str, name: str) -> None:
    """Create database `name` as a copy of `template`, to which no connection may be open, with the same rights."""
    command = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy OWNER grants_owner"
    as_superuser(postgres).execute(sql.SQL(command).format(sql.Identifier(name), sql.Identifier(template)))
    command = "REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT ON DATABASE {0} TO {1}"
    guests = sql.SQL(", ").join(GUESTS)
    as_superuser(postgres).execute(sql.SQL(command).format(sql.Identifier(name), guests))


@pytest.fixture
def settings(postgres: Postgres, database: str, tmp_path: Path) -> Settings:
    """Settings of a demonstration on the test's own database, with fast password hashing."""
    return settings_for(postgres, database, tmp_path)


def settings_for(postgres: Postgres, database: str, instance: Path) -> Settings:
    """Settings of a demonstration on that database, where the number of tasks is counted for every page."""
    return Settings(
        instance=instance,
        database_url=postgres.url("grants_app", database),
        owner_database_url=postgres.url("grants_owner", database),
        read_database_url=postgres.url("grants_read", database),
        seal_database_url=postgres.url("grants_seal", database),
        demo=True,
        argon2_time=1,
        argon2_kib=8,
        secret_key="x" * 32,
        mail_from="grants@example.org",
        public_url="http://localhost",
        task_count_seconds=0,
    )


def advance(settings: Settings, seconds: int) -> None:
    """Advance the database's clock by this many seconds, as its owner."""
    with psycopg.connect(plain(settings.owner_database_url), autocommit=True) as owner:
        owner.execute("UPDATE clock_offset SET seconds = seconds + %s", [seconds])
