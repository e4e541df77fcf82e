"""`grants check` finds each unsafe option of a real server and each unsafe file permission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from click.testing import CliRunner
from psycopg import sql

from grants.cli import main
from grants.cli.check import database, queue, readable
from grants.outside import keys
from grants.outside.servers import Postgres, Valkey, create_database
from grants.outside.servers.postgres import plain
from tests.servers_fixture import erase

CLOCK = (
    "CREATE FUNCTION grants_now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT clock_timestamp() + interval '{}' $$"
)


@pytest.fixture
def name(postgres: Postgres, worker_id: str) -> Iterator[str]:
    """A separate database with a clock, made durable as far as the settings of a role allow."""
    made = f"check_{worker_id}"
    create_database(postgres.url("postgres", "postgres"), made)
    as_owner(postgres, made, CLOCK.format("0"))
    yield made
    as_superuser(postgres, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(made)))


def as_owner(postgres: Postgres, database_name: str, statement: str) -> None:
    """Run one statement as grants_owner."""
    with psycopg.connect(plain(postgres.url("grants_owner", database_name))) as connection:
        connection.execute(statement)


def as_superuser(postgres: Postgres, statement: sql.Composed) -> None:
    """Run one statement as postgres."""
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as connection:
        connection.execute(statement)


def names(found: Iterator[object]) -> set[str]:
    """The names of the findings."""
    return {str(finding).split(":")[0] for finding in found}


def test_the_server_of_the_tests_is_refused_for_its_unsafe_speed_settings(postgres: Postgres, name: str) -> None:
    fast = {"PostgreSQL fsync", "PostgreSQL full_page_writes", "PostgreSQL synchronous_commit"}

    assert names(database(postgres.url("grants_app", name))) == fast


def test_a_server_with_our_default_settings_is_accepted(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "instance")
    server.start()

    found = names(database(server.url("grants_app", "postgres")))

    server.stop()
    erase(server)
    assert found == {"PostgreSQL tables"}


def test_owner_and_superuser_are_refused_as_role_of_the_web(postgres: Postgres, name: str) -> None:
    assert "PostgreSQL role" in names(database(postgres.url("grants_owner", name)))
    assert "PostgreSQL role" in names(database(postgres.url("postgres", name)))
    assert "PostgreSQL role" not in names(database(postgres.url("grants_app", name)))


def test_a_member_of_the_owner_role_is_refused(postgres: Postgres, name: str) -> None:
    as_superuser(postgres, sql.SQL("GRANT grants_owner TO grants_read").format())

    found = names(database(postgres.url("grants_read", name)))

    as_superuser(postgres, sql.SQL("REVOKE grants_owner FROM grants_read").format())
    assert "PostgreSQL role" in found


def test_a_moved_clock_is_found(postgres: Postgres, name: str) -> None:
    as_owner(postgres, name, CLOCK.format("3 days").replace("CREATE", "CREATE OR REPLACE"))

    assert "clock" in names(database(postgres.url("grants_app", name)))


def test_missing_tables_are_found(postgres: Postgres, name: str) -> None:
    as_owner(postgres, name, "DROP FUNCTION grants_now()")

    assert "PostgreSQL tables" in names(database(postgres.url("grants_app", name)))


def test_an_unreachable_database_is_a_finding() -> None:
    assert names(database("postgresql+psycopg://grants_app:x@127.0.0.1:9/grants")) == {"PostgreSQL"}


@contextmanager
def changed(url: str, setting: str, value: str) -> Iterator[None]:
    """Change a setting of Valkey for the length of the block."""
    with redis.Redis.from_url(url, decode_responses=True) as connection:
        before = connection.config_get(setting)[setting]
        connection.config_set(setting, value)
        yield
        connection.config_set(setting, before)


def test_our_own_valkey_has_no_findings(valkey: Valkey) -> None:
    assert names(queue(valkey.url)) == set()


@pytest.mark.parametrize(("setting", "value"), [("appendonly", "no"), ("maxmemory-policy", "allkeys-lru")])
def test_a_queue_that_is_not_persistent_is_found(valkey: Valkey, setting: str, value: str) -> None:
    with changed(valkey.url, setting, value):
        assert names(queue(valkey.url)) == {f"Redis {setting}"}


def test_an_unreachable_queue_is_a_finding(tmp_path: Path) -> None:
    assert names(queue(f"unix://{tmp_path}/none.sock")) == {"Redis"}


def test_secrets_that_others_can_read_are_found(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    keys.kept(instance, "secret_key")
    assert names(readable(instance)) == set()

    (instance / "secrets.json").chmod(0o644)
    instance.chmod(0o755)

    assert names(readable(instance)) == {str(instance), str(instance / "secrets.json")}


def test_the_command_lists_all_findings_and_exits_with_1(
    postgres: Postgres, valkey: Valkey, name: str, tmp_path: Path
) -> None:
    environment = {
        "GRANTS_INSTANCE": str(tmp_path),
        "GRANTS_DATABASE_URL": postgres.url("grants_app", name),
        "GRANTS_REDIS_URL": valkey.url,
        "GRANTS_DEMO": "1",
    }

    result = CliRunner().invoke(main, ["check"], env=environment)

    assert result.exit_code == 1
    assert "- GRANTS_DEMO: This is a demonstration" in result.output
    assert "- PostgreSQL fsync: Committed data can be lost." in result.output
