"""The databases of tests are in memory, and what killed test runs have left there is removed."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from grants.outside.servers.postgres import plain
from tests import memory
from tests.memory import InMemory

NOBODY = 2**22 + 1
"""More than the highest process id of Linux."""


def test_the_database_of_a_test_is_where_its_template_is(postgres: InMemory, template: str, database: str) -> None:
    with psycopg.connect(plain(postgres.url("postgres", "postgres"))) as server:
        space = "SELECT dattablespace FROM pg_database WHERE datname = %s"
        found = [server.execute(space, [name]).fetchone() for name in (template, database)]

    assert found[0] == found[1]


def test_only_the_remains_of_a_dead_process_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "MEMORY", tmp_path)
    for owner in (NOBODY, os.getppid()):
        (tmp_path / f"grants-tests-{owner}").mkdir()

    memory.clear()

    assert [left.name for left in tmp_path.iterdir()] == [f"grants-tests-{os.getppid()}"]
