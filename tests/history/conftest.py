"""A database with one award and a sealed history, and superuser rights to forge it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask

from grants.db import db
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.databases import copied
from tests.history import held
from tests.history.proof import name_of
from tests.prepared import prepared

Forge = Callable[[str], None]
_numbers = itertools.count()


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


@pytest.fixture(scope="module")
def superuser(postgres: Postgres, awarded: str) -> Iterator[Flask]:
    """A superuser's session on one copy, in which every forgery is undone."""
    for name in copied(postgres, awarded, f"superuser_{os.getpid()}_{next(_numbers)}"):
        app = Flask("superuser")
        app.config["SQLALCHEMY_DATABASE_URI"] = postgres.url("postgres", name)
        db.init_app(app)
        with app.app_context():
            yield app
            db.engine.dispose()


@pytest.fixture(scope="session")
def filled(postgres: Postgres, template: str) -> str:
    """A database with a row in every held table."""
    return prepared(postgres, template, "grants_held", held.fill)
