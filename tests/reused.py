"""Applications of a test process that serve one database after another.

Each keeps the SQL and the templates that it has compiled, which takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Pool, event, make_url

from config import Settings
from grants.db import db
from grants.services.documents import PLACE
from workflows.programmes import read_also


class Reused:
    """Applications that `build` has made; one that nobody uses is used again.

    build: makes an application from settings.
    """

    def __init__(self, build: Callable[[Settings], Flask]) -> None:
        self.build = build
        self._idle: list[Flask] = []

    @contextmanager
    def on(self, settings: Settings) -> Iterator[Flask]:
        """An application with these settings, on their database; its connections are closed afterwards."""
        app = self._idle.pop() if self._idle else led(self.build(settings))
        with lent(app, settings):
            yield app
        self._idle.append(app)


KEPT = "kept_"
"""How the names of databases begin that are used again."""
POOLS: dict[tuple[Flask, str], Pool] = {}
"""The open connections of an application to a database that is used again, by its name."""


def forget(database: str) -> None:
    """Close the connections to this database, which is going to be dropped."""
    for known in [key for key in POOLS if key[1] == database]:
        POOLS.pop(known).dispose()


@contextmanager
def connected(app: Flask, database: str) -> Iterator[None]:
    """The application keeps its connections until the next block with this database, if that is used again."""
    if not database.startswith(KEPT):
        yield
        return
    with app.app_context():
        engine = db.engine
    usual, known = engine.pool, (app, database)
    engine.pool = POOLS.pop(known) if known in POOLS else usual.recreate()
    try:
        yield
    finally:
        POOLS[known], engine.pool = engine.pool, usual


@contextmanager
def lent(app: Flask, settings: Settings) -> Iterator[None]:
    """The application has these settings during the block; raises if the block leaves it changed."""
    app.extensions["settings"] = settings
    PLACE.address, PLACE.demo = settings.address, settings.demo
    read_also(settings.programmes)
    before = parts(app)
    try:
        with connected(app, make_url(settings.database_url).database or ""):
            yield
    finally:
        with app.app_context():
            db.engine.dispose()
    assert parts(app) == before, "a test that alters the application puts it back, or makes one of its own"


def led(app: Flask) -> Flask:
    """Make the application connect to the database that its settings name at that moment."""
    with app.app_context():
        event.listen(db.engine, "do_connect", lambda *asked: _lead(app, *asked))
        event.listen(db.engine, "connect", _keep_statements)
    return app


def _lead(app: Flask, dialect: Any, record: object, args: object, given: dict[str, Any]) -> None:
    """Change the arguments with which new connections are opened."""
    settings: Settings = app.extensions["settings"]
    given.update(dialect.create_connect_args(make_url(settings.database_url))[1])


PREPARED = 500
"""How many statements a connection keeps prepared."""


def _keep_statements(connection: psycopg.Connection[Any], record: object) -> None:
    """Make the server parse each statement of a connection only a few times.

    psycopg forgets what is prepared at every rollback, with which a page that only reads ends, because a rollback may
    undo the creation of a table. No application of ours creates one.
    """
    connection.prepare_threshold, connection.prepared_max = 2, PREPARED
    prepared = connection._prepared  # noqa: SLF001 - psycopg has no public way to keep them
    prepared.clear = lambda: False  # type: ignore[method-assign]


def parts(app: Flask) -> dict[str, Any]:
    """The parts of an application that a test might change."""
    permissions = {name: getattr(view, "permission", None) for name, view in app.view_functions.items()}
    hooks = [
        *app.before_request_funcs.get(None, ()),
        *app.after_request_funcs.get(None, ()),
        *app.teardown_appcontext_funcs,
    ]
    made = {"views": {**app.view_functions}, "permissions": permissions, "hooks": hooks}
    return {**app.config, **made, "globals": {**app.jinja_env.globals}, "filters": {**app.jinja_env.filters}}
