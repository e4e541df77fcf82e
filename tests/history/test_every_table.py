"""A changed value in every held column, and a deleted and an invented row of every held table, are found."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from grants.db import db
from grants.outside.servers import Postgres
from grants.services.integrity.manifest import HELD
from tests.databases import copied, settings_for
from tests.history import held
from tests.prepared import opened

pytestmark = pytest.mark.sweep

MOST = max(len(held.columns(table)) for table in HELD)


@pytest.fixture(scope="module")
def app(postgres: Postgres, filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on one copy for this file; every forgery is undone."""
    for name in copied(postgres, filled, f"every_table_{os.getpid()}"):
        with opened(settings_for(postgres, name, tmp_path_factory.mktemp("every_table"))) as program:
            yield program


@pytest.fixture(scope="module")
def forger(postgres: Postgres, filled: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A superuser's session on a copy without triggers, keys and conditions."""
    for name in copied(postgres, filled, f"every_forged_{os.getpid()}"):
        settings = settings_for(postgres, name, tmp_path_factory.mktemp("forged"))
        with opened(settings) as program:
            forger = held.forging(program, postgres.url("postgres", name))
            yield forger
            with forger.app_context():
                db.engine.dispose()


def test_there_is_a_row_in_every_held_table(app: Flask) -> None:
    """Except content that an earlier release did not preserve: `tests/upgrade/test_submissions.py` has it."""
    with app.app_context():
        assert HELD.keys() - held.settled_rows().keys() == {"submission_content"}


def test_nothing_is_found_before(app: Flask) -> None:
    with app.app_context():
        assert held.problems() == []


@pytest.mark.parametrize("number", range(MOST))
def test_a_changed_value_is_found(forger: Flask, number: int) -> None:
    """One column of every table that has so many; each row is named by its own finding."""
    with forger.app_context():
        rows = held.settled_rows()
        expected = set()
        with held.undone():
            for table, columns in ((table, held.columns(table)) for table in HELD):
                if table in rows and number < len(columns):
                    held.change(table, columns[number], rows[table])
                    expected.add(f"{table} {rows[table]} differs from its history.")
            assert expected - set(held.problems()) == set()


@pytest.mark.sweep
def test_what_the_application_may_change_is_found(app: Flask) -> None:
    """The same with the rights of the application, where neither they nor a constraint refuse it."""
    with app.app_context():
        rows, found = held.settled_rows(), set()
        for table, id in rows.items():
            for column in held.columns(table):
                with held.undone():
                    if held.accepted(held.change, table, column, id):
                        found.add(table)
                        assert f"{table} {id} differs from its history." in held.problems()
        assert {"person", "organisation", "call", "award", "agreement", "report", "checked", "review"} <= found


def test_a_deleted_row_is_found(forger: Flask) -> None:
    with forger.app_context():
        rows = held.settled_rows()
        with held.undone():
            for table, id in rows.items():
                db.session.execute(text(f'DELETE FROM "{table}" WHERE {HELD[table].key} = {id}'))
            missing = {f"{table} {id} is missing. Its history names it." for table, id in rows.items()}
            assert missing - set(held.problems()) == set()


def test_an_invented_row_is_found(forger: Flask) -> None:
    """A copy of a row under another key."""
    with forger.app_context():
        rows = held.settled_rows()
        with held.undone():
            for table, id in rows.items():
                held.copy(table, id, 90_000)
            invented = {f"{table} 90000 has no event in the history." for table in rows}
            assert invented - set(held.problems()) == set()
