"""Databases filled once a run and copied for every test that needs what is in them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from config import Settings
from grants.db import db
from grants.jobs import program
from grants.outside.servers import Postgres
from tests import world
from tests.databases import copied, plain, settings_for


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """The program without its pages, bound to the test's database for the length of the block."""
    app = program.build(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def prepared(postgres: Postgres, template: str, name: str, fill: Callable[[], None]) -> str:
    """The name of a copy of `template` that `fill` has written to; the first test process of a run makes it."""
    with (postgres.instance / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / f"{name}.done"
        if not done.exists():
            with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as server:
                server.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER grants_owner").format(
                        sql.Identifier(name), sql.Identifier(template)
                    )
                )
            with opened(settings_for(postgres, name, postgres.instance)) as app, app.app_context():
                fill()
            done.touch()
    return name


@pytest.fixture(scope="session")
def awarded(postgres: Postgres, template: str) -> str:
    """A database with one award of BTN-L, its letter not printed, its mails not sent."""
    return prepared(postgres, template, "grants_awarded", _award)


def _award() -> None:
    world.awarded(world.build(programmes=("BTN-L",)))


@pytest.fixture
def awarded_app(postgres: Postgres, awarded: str, tmp_path: Path) -> Iterator[Flask]:
    """The program, without its pages, on a database of the test's own with one award."""
    for name in copied(postgres, awarded, f"awarded_{os.getpid()}_{tmp_path.name}"):
        with opened(settings_for(postgres, name, tmp_path)) as app:
            yield app
