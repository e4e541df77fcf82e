"""A database with one award and a sealed history, and superuser rights to forge it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.history.proof import name_of

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
