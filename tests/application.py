"""The web application of a test process: created once, then connected to each test's own database.

Templates, routes and SQL are compiled once instead of once per test, which saves half of a test's time. A test that
needs an application with other settings calls `create_app` itself, and `share_compiled` if it shows many pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event

from config import Settings
from grants.db import db
from grants.outside.servers import Postgres
from grants.services.documents import PLACE
from grants.web import create_app
from tests.databases import settings_for
from workflows.programmes import read_also


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
    made = share_compiled(create_app(settings), postgres)
    made.testing = True
    with made.app_context():
        event.listen(db.engine, "do_connect", lambda *asked: _lead(made, asked[-1]))
    return made


@pytest.fixture
def app(flow_row: Flask, settings: Settings) -> Iterator[Flask]:
    """The web application on the test's own database; raises if the test leaves it changed."""
    flow_row.extensions["settings"] = settings
    PLACE.address, PLACE.demo = settings.address, settings.demo
    read_also(settings.programmes)
    before = parts(flow_row)
    yield flow_row
    with flow_row.app_context():
        db.engine.dispose()
    assert parts(flow_row) == before, "a test that alters the application puts it back, or makes one of its own"


def _lead(app: Flask, given: dict[str, Any]) -> None:
    """Change the arguments with which new connections are opened."""
    settings: Settings = app.extensions["settings"]
    given["dbname"] = urlsplit(settings.database_url).path[1:]


def parts(app: Flask) -> dict[str, Any]:
    """The parts of an application that a test might change."""
    permissions = {name: getattr(view, "permission", None) for name, view in app.view_functions.items()}
    hooks = [*app.before_request_funcs[None], *app.after_request_funcs[None], *app.teardown_appcontext_funcs]
    made = {"views": {**app.view_functions}, "permissions": permissions, "hooks": hooks}
    return {**app.config, **made, "globals": {**app.jinja_env.globals}, "filters": {**app.jinja_env.filters}}
