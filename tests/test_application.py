"""The application shared by all tests of a process is on each test's own database and stays unchanged."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from grants.db import db
from tests.reused import parts


@pytest.mark.parametrize("turn", ["first", "second"])
def test_it_is_on_the_database_of_the_test(app: Flask, database: str, turn: str) -> None:
    with app.app_context():
        assert db.session.execute(text("SELECT current_database()")).scalar_one() == database


ASKED = "SELECT 'asked several times'"


def test_a_connection_keeps_what_it_has_prepared(app: Flask) -> None:
    """The driver forgets it at a rollback, after which the server would parse and plan each statement again."""
    with app.app_context():
        for _ in range(4):
            db.session.execute(text(ASKED))
            db.session.rollback()

        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = :asked")
        assert db.session.execute(kept, {"asked": ASKED}).scalar_one() == 1


def test_a_setting_changed_by_a_test_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts(app)

    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    assert parts(app) != before


def test_a_permission_removed_by_a_test_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts(app)

    monkeypatch.setattr(app.view_functions["applications.index"], "permission", None)

    assert parts(app) != before
