"""A copy of the world with one award, its history sealed; and the power to forge it."""

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
    """The program on a database of the test's own with one award."""
    return awarded_app


@pytest.fixture
def forge(app: Flask, postgres: Postgres) -> Forge:
    """Run SQL as a superuser whom no trigger stops."""

    def run(statements: str) -> None:
        with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute(statements.encode())

    return run
