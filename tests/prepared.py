"""Databases filled once per test run and copied for every test that needs their content."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask

from config import Settings
from grants.jobs import program
from grants.outside.servers import Postgres
from tests import world
from tests.databases import copy, settings_for
from tests.kept import Kept
from tests.reused import Reused

PROGRAMS = Reused(program.build)


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """The application without its pages, bound to the test's database for the length of the block."""
    with PROGRAMS.on(settings) as app:
        yield app


def prepared(postgres: Postgres, template: str, name: str, fill: Callable[[], object]) -> str:
    """The name of a copy of `template` that `fill` has written to; created by the first test process of a run."""
    with (postgres.instance / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = postgres.instance / f"{name}.done"
        if not done.exists():
            copy(postgres, template, name)
            with opened(settings_for(postgres, name, postgres.instance)) as app, app.app_context():
                fill()
            done.touch()
    return name


class Prepare(Protocol):
    """Takes a name and a function to fill a database, and returns the name of that database."""

    def __call__(self, name: str, fill: Callable[[], object], begin: str = "", /) -> str:
        """begin: the database that is filled further; by default one without rows."""


@pytest.fixture(scope="session")
def prepare(postgres: Postgres, template: str) -> Prepare:
    """Make the `ground` of a file whose tests begin with the same data, created once per run and copied."""
    return lambda name, fill, begin="", /: prepared(postgres, begin or template, f"grants_{name}", fill)


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
    """A database with one complete draft for BTN-S, of 4,000."""
    return prepare("small_draft", lambda: world.draft(world.build(programmes=("BTN-S",)), "BTN-S", amount=4_000))


@pytest.fixture(scope="session")
def large_draft(prepare: Prepare) -> str:
    """A database with one complete draft for BTN-L, of 10,000."""
    return prepare("large_draft", lambda: world.draft(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def submitted(prepare: Prepare) -> str:
    """A database with one application for BTN-L that waits for its eligibility checks."""
    return prepare("submitted", lambda: world.submitted(world.build(programmes=("BTN-L",))))


@pytest.fixture(scope="session")
def in_review(prepare: Prepare, submitted: str) -> str:
    """A database with one application for BTN-L that waits for reviewers."""
    return prepare("in_review", lambda: world.passed(world.found(), world.first()), submitted)


@pytest.fixture(scope="session")
def awarded(prepare: Prepare, in_review: str) -> str:
    """A database with one award of BTN-L; its letter is not printed and its mails are not sent."""
    return prepare("awarded", lambda: world.decided(world.found(), world.first()), in_review)


@pytest.fixture(scope="session")
def active(prepare: Prepare, awarded: str) -> str:
    """A database with one award of BTN-L that both sides have signed."""
    return prepare("active", lambda: world.started(world.found(), world.award_of(world.first())), awarded)


@pytest.fixture
def awarded_app(postgres: Postgres, reusable: Kept, awarded: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, without its pages, on the test's own database with one award."""
    with reusable.lent(awarded) as name, opened(settings_for(postgres, name, tmp_path)) as app:
        yield app
