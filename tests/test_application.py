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


def test_a_setting_changed_by_a_test_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts(app)

    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)

    assert parts(app) != before


def test_a_permission_removed_by_a_test_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts(app)

    monkeypatch.setattr(app.view_functions["applications.index"], "permission", None)

    assert parts(app) != before
