"""Rows that a new constraint refuses end an update with a sentence that names them, and nothing is changed."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

import config
from config import ROOT
from grants.cli import init
from grants.migrations import constraints
from grants.outside.servers import create_database
from grants.outside.servers.postgres import plain
from tests.databases import settings_for
from tests.memory import InMemory
from tests.upgrade.test_divided import migrate

pytestmark = pytest.mark.sweep

EVENT = """
    INSERT INTO history (id, subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash,
        xact, stamp)
    SELECT n, 'person', 1, n, now(), 'clock', 'test', 'test', 'person', 1, '{}', repeat('0', 64),
        CASE WHEN n IN (3, 5) THEN repeat('x', 64) ELSE repeat('0', 64) END, 1, '1:1' FROM generate_series(1, 6) n"""
HEAD = "INSERT INTO history_head (subject, subject_id, number, hash) VALUES ('person', 7, 1, repeat('0', 100))"
TEXTS = """
    INSERT INTO history_words (id, event_id, name, salt, words)
    SELECT n, n, 'note', '', 'Yes' FROM generate_series(1, 15) n"""
FORGED = {
    "hashes": (EVENT, "table history violate the constraint history_hashes_have_their_form: 3, 5."),
    "a head": (HEAD, "table history_head violate the constraint history_head_hash_has_its_form: person 7."),
    "salts": (
        TEXTS,
        "violate the constraint history_words_salt_has_its_form: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 5 more.",
    ),
}
_numbers = itertools.count()


@pytest.fixture
def old(postgres: InMemory) -> Iterator[str]:
    """The name of a database of the release before, without rows."""
    name = f"forms_{os.getpid()}_{next(_numbers)}"
    create_database(postgres.url("postgres", "postgres"), name)
    postgres.take_in(name)
    migrate(postgres.url("grants_owner", name), "0011")
    yield name
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def forge(postgres: InMemory, old: str, statement: str) -> None:
    """Write rows as a superuser, with triggers disabled."""
    with psycopg.connect(plain(postgres.url("postgres", old)), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement.encode())


def revision(postgres: InMemory, old: str) -> object:
    """The migration that the database is at."""
    with psycopg.connect(plain(postgres.url("postgres", old))) as reader:
        return reader.execute("SELECT version_num FROM alembic_version").fetchall()


@pytest.mark.parametrize("name", FORGED)
def test_rows_that_do_not_fit_are_named_and_nothing_is_changed(postgres: InMemory, old: str, name: str) -> None:
    statement, named = FORGED[name]
    forge(postgres, old, statement)

    with pytest.raises(click.ClickException) as refused:
        init.migrate(postgres.url("grants_owner", old))

    assert named in refused.value.message
    assert refused.value.message.endswith(" The database was not changed.")
    assert refused.value.exit_code == 1
    assert revision(postgres, old) == [("0011",)]


def test_rows_that_fit_are_migrated(postgres: InMemory, old: str) -> None:
    forge(postgres, old, EVENT.replace("n IN (3, 5)", "false"))

    init.migrate(postgres.url("grants_owner", old))

    assert revision(postgres, old) > [("0013",)]  # type: ignore[operator]


def test_without_the_check_the_rows_are_not_named(
    postgres: InMemory, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the refusal of the database, as any other constraint leads to it, names the table alone."""
    monkeypatch.setattr(constraints, "text", lambda query: text(f"{query} LIMIT 0"))
    forge(postgres, old, EVENT)

    with pytest.raises(click.ClickException, match=r"Rows of the table history violate the constraint") as refused:
        init.migrate(postgres.url("grants_owner", old))

    assert "3, 5" not in refused.value.message
    assert revision(postgres, old) == [("0011",)]


def test_the_command_ends_with_the_sentence_and_a_status(postgres: InMemory, old: str, tmp_path: Path) -> None:
    forge(postgres, old, EVENT)
    settings = settings_for(postgres, old, tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "grants.cli", "init"],
        cwd=ROOT,
        env=config.exported(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: These rows of the {FORGED['hashes'][1]}")
    assert "Traceback" not in done.stderr
    assert revision(postgres, old) == [("0011",)]
