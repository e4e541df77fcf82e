"""Databases filled once a run and copied for every test that needs what is in them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from grants.db import db
from grants.jobs import program
from grants.outside.servers import Postgres
from tests import world
from tests.databases import copied, copy, settings_for


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """The program without its pages, bound to the test's database for the length of the block."""
    app = program.build(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def prepared(postgres: Postgres, template: str, name: str, fill: Callable[[], object]) -> str:
    """The name of a copy of `template` that `fill` has written to; the first test process of a run makes it."""
    with (postgres.instance / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / f"{name}.done"
        if not done.exists():
            copy(postgres, template, name)
            with opened(settings_for(postgres, name, postgres.instance)) as app, app.app_context():
                fill()
            done.touch()
    return name


Prepare = Callable[[str, Callable[[], object]], str]
"""Takes a name and what fills a database; answers with the name of that database."""


@pytest.fixture(scope="session")
def prepare(postgres: Postgres, template: str) -> Prepare:
    """Makes the `ground` of a file in which every test begins alike: it is played once a run, then only copied."""
    return lambda name, fill: prepared(postgres, template, f"grants_{name}", fill)


@pytest.fixture(scope="session")
def small(prepare: Prepare) -> str:
    """A database with an open call of BTN-S and no application."""
    return prepare("small", lambda: world.build(programmes=("BTN-S",)))


@pytest.fixture(scope="session")
def large(prepare: Prepare) -> str:
    """A database with an open call of BTN-L and no application."""
    return prepare("large", lambda: world.build(programmes=("BTN-L",)))


@pytest.fixture(scope="session")
def small_draft(prepare: Prepare) -> str:
    """A database with one draft for BTN-S, of 4,000, that lacks nothing."""
    return prepare("small_draft", lambda: world.draft(world.build(programmes=("BTN-S",)), "BTN-S", amount=4_000))


@pytest.fixture(scope="session")
def large_draft(prepare: Prepare) -> str:
    """A database with one draft for BTN-L, of 10,000, that lacks nothing."""
    return prepare("large_draft", lambda: world.draft(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def submitted(prepare: Prepare) -> str:
    """A database with one proposal for BTN-L that waits for its checks."""
    return prepare("submitted", lambda: world.submitted(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def in_review(prepare: Prepare) -> str:
    """A database with one proposal for BTN-L that waits for reviewers."""
    return prepare("in_review", lambda: world.in_review(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def awarded(prepare: Prepare) -> str:
    """A database with one award of BTN-L, its letter not printed, its mails not sent."""
    return prepare("awarded", lambda: world.awarded(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def active(prepare: Prepare) -> str:
    """A database with one award of BTN-L that both sides have signed."""
    return prepare("active", lambda: world.active(world.build(programmes=("BTN-L",))))


@pytest.fixture
def awarded_app(postgres: Postgres, awarded: str, tmp_path: Path) -> Iterator[Flask]:
    """The program, without its pages, on a database of the test's own with one award."""
    for name in copied(postgres, awarded, f"awarded_{os.getpid()}_{tmp_path.name}"):
        with opened(settings_for(postgres, name, tmp_path)) as app:
            yield app
