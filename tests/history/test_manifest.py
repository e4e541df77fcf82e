"""The manifest names every table and column, and keeps each version of a fingerprint for ever."""

from __future__ import annotations

import dataclasses
import re

import pytest
from flask import Flask
from sqlalchemy import Column, Table, select

from config import ROOT
from grants.db import Model, db, now, transaction
from grants.models import Fund, Person
from grants.services.integrity import changes
from grants.services.integrity.manifest import HELD, OTHERWISE, Later
from grants.services.integrity.verifying import comparison
from tests import world
from tests.history.conftest import Forge

TABLES = {table.name: table for table in Model.metadata.sorted_tables}


def unnamed(table: Table) -> set[str]:
    """The columns of a table that the manifest does not name."""
    if table.name in OTHERWISE:
        return set()
    return {column.name for column in table.columns} - (HELD[table.name].named if table.name in HELD else set())


def test_the_manifest_names_every_table_and_column() -> None:
    assert {name: missing for name, table in TABLES.items() if (missing := unnamed(table))} == {}
    assert HELD.keys() & OTHERWISE.keys() == set()
    assert HELD.keys() | OTHERWISE.keys() == TABLES.keys()


def test_a_new_table_or_column_is_noticed() -> None:
    """Counter-test: a table that nobody has thought of, and a column of one that is held."""
    with_column = TABLES["fund"].to_metadata(type(Model.metadata)())
    with_column.append_column(Column("nickname"))

    assert unnamed(Table("gift", type(Model.metadata)(), Column("id"))) == {"id"}
    assert unnamed(with_column) == {"nickname"}


def test_it_names_nothing_that_does_not_exist() -> None:
    assert {
        name: held.named - {*TABLES[name].columns.keys()}
        for name, held in HELD.items()
        if held.named - {*TABLES[name].columns.keys()}
    } == {}
    assert {name for name, held in HELD.items() if not held.unsettled <= held.named} == set()


def test_the_documentation_lists_what_is_not_held_and_why() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|$", page, re.MULTILINE))

    assert listed == {name: one.reason for name, one in OTHERWISE.items()}


ADDED = {"fund": ("source", "''"), "person": ("ended_at", "NULL")}
"""A column of each table that a later release is to add, with its default."""


@pytest.fixture
def earlier(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A database whose accounts and funds were recorded by a release in which these columns did not exist."""
    for table, (column, _) in ADDED.items():
        kept = " ".join(name for name in HELD[table].columns.split() if name != column)
        monkeypatch.setitem(HELD, table, dataclasses.replace(HELD[table], columns=kept, derived={column: "not there"}))
    with app.app_context(), transaction():
        for model in (Fund, Person):
            changes.note(model, db.session.scalars(select(model.id)).all())
        world.recorded()
    return app


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest of the release that adds the columns, in a new version."""
    for table, (column, default) in ADDED.items():
        held = HELD[table]
        newest = Later(3 + len(held.later), {column: default})
        monkeypatch.setitem(HELD, table, dataclasses.replace(held, derived={}, later=(*held.later, newest)))


def problems(app: Flask) -> list[str]:
    """What the verification of rows finds."""
    with app.app_context():
        return [str(message) for message in comparison.problems()]


def test_a_new_empty_column_accuses_nobody(earlier: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch)

    assert problems(earlier) == []


def test_without_a_version_every_row_would_be_accused(earlier: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counter-test: the column is added to the first version."""
    for table, (column, _) in ADDED.items():
        columns = f"{HELD[table].columns} {column}"
        monkeypatch.setitem(HELD, table, dataclasses.replace(HELD[table], columns=columns, derived={}))

    accused = {finding.split()[0] for finding in problems(earlier)}

    assert accused == {"fund", "person"}


def test_a_value_in_a_new_column_of_an_old_row_is_found(
    earlier: Flask, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch)

    forge("UPDATE fund SET source = 'Elsewhere'; UPDATE person SET ended_at = now() WHERE id = 2")

    assert problems(earlier) == ["person 2 differs from its history.", "fund 1 differs from its history."]


def test_a_row_that_changes_is_recorded_in_the_newest_version(earlier: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch)
    with earlier.app_context(), transaction():
        db.session.get_one(Person, 2).ended_at = now()
        world.recorded()

    with earlier.app_context():
        assert {value[:2] for value in comparison.newest()["person"].values()} == {"4:", "5:"}
    assert problems(earlier) == []
