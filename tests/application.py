"""The web application of a test process: created once, then connected to each test's own database.

Templates, routes and SQL are compiled once instead of once per test, which saves half of a test's time. A test that
needs an application with other settings calls `create_app` itself, and `share_compiled` if it shows many pages.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from config import Settings
from grants.outside.servers import Postgres
from grants.web import create_app
from tests.databases import settings_for
from tests.reused import Reused, led, lent


def share_compiled(app: Flask, postgres: Postgres) -> Flask:
    """Make the application share its compiled templates with the other applications of the test run."""
    folder = postgres.instance / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
    return app


@pytest.fixture(scope="session")
def flow_row(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that connects to the database named in its settings at that moment."""
    settings = settings_for(postgres, template, tmp_path_factory.mktemp("application"))
    made = led(share_compiled(create_app(settings), postgres))
    made.testing = True
    return made


@pytest.fixture
def app(flow_row: Flask, settings: Settings) -> Iterator[Flask]:
    """The web application on the test's own database; raises if the test leaves it changed."""
    with lent(flow_row, settings):
        yield flow_row


@pytest.fixture(scope="session")
def webs(postgres: Postgres) -> Reused:
    """Further web applications, for tests of several at once."""
    return Reused(lambda settings: share_compiled(create_app(settings), postgres))
