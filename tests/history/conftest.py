"""A database with one award and a sealed history, and superuser rights to forge it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.history import held
from tests.history.proof import name_of
from tests.prepared import prepared

Forge = Callable[[str], None]


@pytest.fixture
def app(awarded_app: Flask) -> Flask:
    """The application on the test's own database with one award."""
    return awarded_app


@pytest.fixture
def forge(app: Flask, postgres: Postgres) -> Forge:
    """Run SQL as a superuser, with triggers disabled."""

    def run(statements: str) -> None:
        with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(statements.encode())

    return run


@pytest.fixture(scope="session")
def filled(postgres: Postgres, template: str) -> str:
    """A database with a row in every held table."""
    return prepared(postgres, template, "grants_held", held.fill)
