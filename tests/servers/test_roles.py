"""The roles of the embedded PostgreSQL have the privileges they need, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
from psycopg import errors, sql

from grants.cli import init
from grants.outside.servers import Postgres, create_database
from grants.outside.servers.postgres import ROLES, plain
from tests.dumps import new_cluster


@pytest.fixture(scope="module")
def database(postgres: Postgres, worker_id: str) -> Iterator[str]:
    """A database for this file, created as by `grants init`."""
    name = f"roles_{worker_id}"
    create_database(postgres.url("postgres", "postgres"), name)
    yield name
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_our_roles_can_log_in_and_nothing_else(postgres: Postgres) -> None:
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"

    with psycopg.connect(plain(postgres.url("postgres", "postgres"))) as connection:
        found = connection.execute(f"SELECT rolname FROM pg_roles WHERE rolname LIKE 'grants%' AND NOT ({powers})")

        assert {name for (name,) in found} == set(ROLES)


def test_the_owner_creates_tables_and_both_extensions(postgres: Postgres, database: str) -> None:
    with psycopg.connect(plain(postgres.url("grants_owner", database))) as connection:
        connection.execute("CREATE EXTENSION unaccent")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE TABLE made (id int)")

        found = connection.execute("SELECT unaccent('Évaluation'), similarity('grant', 'grants') > 0.5").fetchone()

    assert found == ("Evaluation", True)


@pytest.mark.parametrize("role", ["grants_app", "grants_read", "grants_seal"])
def test_the_other_roles_cannot_create_tables(postgres: Postgres, database: str, role: str) -> None:
    with psycopg.connect(plain(postgres.url(role, database))) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.commit()

        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_the_read_role_starts_read_only(postgres: Postgres, database: str) -> None:
    with psycopg.connect(plain(postgres.url("grants_read", database))) as connection:
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


def test_no_role_connects_without_its_password(postgres: Postgres, database: str) -> None:
    password = plain(postgres.url("grants_app", database)).split(":")[2].split("@")[0]
    wrong = plain(postgres.url("grants_app", database)).replace(password, "wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_names_sort_the_same_on_every_machine(postgres: Postgres, database: str) -> None:
    asked = "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database WHERE datname = %s"

    with psycopg.connect(plain(postgres.url("grants_app", database))) as connection:
        assert connection.execute(asked, [database]).fetchone() == ("UTF8", "b", "C.UTF-8")


def test_creating_a_database_again_keeps_it(postgres: Postgres, database: str) -> None:
    with psycopg.connect(plain(postgres.url("grants_owner", database))) as connection:
        connection.execute("CREATE TABLE kept (id int)")

    create_database(postgres.url("postgres", "postgres"), database)

    with psycopg.connect(plain(postgres.url("grants_owner", database))) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_upgrade_stops_if_the_server_lacks_a_role(tmp_path: Path) -> None:
    with new_cluster(tmp_path / "instance") as server:
        url = server.url("grants_owner", "postgres")
        init.require_roles(url)
        with psycopg.connect(plain(server.url("postgres", "postgres"))) as connection:
            connection.execute("DROP ROLE grants_seal")

        with pytest.raises(click.ClickException, match="The database server has no role grants_seal"):
            init.require_roles(url)
