"""Test data where the money just suffices, or just does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from grants.db import Model, db, transaction
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.services import calls
from tests import world
from tests.databases import settings_for
from tests.kept import Kept
from tests.prepared import Prepare, opened, prepared
from workflows.engine.roles import Role

Copies = Callable[[str], AbstractContextManager[Flask]]


@pytest.fixture(scope="session")
def edge(postgres: Postgres, template: str) -> str:
    """A hundred applications (1001 to 1100) recommended for 10,000 each, and an envelope of 15,000."""
    name = "grants_edge"

    def fill() -> None:
        _recommend()
        with psycopg.connect(plain(postgres.url("postgres", name)), autocommit=True) as superuser:
            superuser.execute(CLONED.encode())

    return prepared(postgres, template, name, fill)


def _recommend() -> None:
    made = world.build(programmes=("BTN-L",), envelope=15_000)
    row = world.in_review(made)
    world.review(made, row)
    world.apply(made, row, "to_panel", "olga", Role.OFFICER)
    world.apply(made, row, "recommend", "omar", Role.OFFICER, kind="award", amount=row.asked, conditions="")


def clone(table: str, where: str, *changes: str, last: int = 1100) -> str:
    """SQL that copies the rows of a table once for each n from 1001 on; changes: column and expression in turn."""
    columns = Model.metadata.tables[table].columns
    keyed = ("'id'", "1000 * n + t.id") if "id" in columns else ()
    changed = f"jsonb_build_object({', '.join((*keyed, *changes))})"
    given = [column.name for column in columns if column.computed is None]
    return (
        f"INSERT INTO {table} ({', '.join(given)}) SELECT {', '.join(f'made.{name}' for name in given)} FROM {table} t,"
        f" generate_series(1001, {last}) n, jsonb_populate_record(t, {changed}) made WHERE {where}"
    )


SENT = ("'submission_id'", "1000 * n + t.submission_id")
CLONED = "; ".join(
    [
        "SET session_replication_role = replica",
        clone("organisation", "t.id = 1", "'id'", "n", "'name'", "'Chapter ' || n"),
        clone("membership", "t.organisation_id = 1", "'organisation_id'", "n"),
        clone(
            "application",
            "t.id = 1",
            *("'id'", "n", "'reference'", "'BTN-' || n", "'organisation_id'", "n", *SENT),
        ),
        *(
            clone(table, "t.application_id = 1", "'application_id'", "n")
            for table in ("draft", "submission", "recommendation")
        ),
        *(clone(table, "t.application_id = 1", "'application_id'", "n", *SENT) for table in ("checked", "assignment")),
        *(
            clone(table, "t.submission_id = 1", *SENT)
            for table in ("submission_content", "submission_line", "submission_indicator")
        ),
    ]
)
"""SQL that copies the application with everything its rules read, each copy for a chapter of its own."""


@pytest.fixture(scope="session")
def due(prepare: Prepare, active: str) -> str:
    """One award whose first instalment is payable, and a complete draft."""
    return prepare("due", lambda: world.draft(world.found(), chapter="bo"), active)


@pytest.fixture(scope="session")
def nearly_full(postgres: Postgres, template: str, edge: str) -> str:
    """Three applications of each chapter recommended for 10,000, and money for all; two grants are allowed at once."""
    name = "grants_nearly_full"

    def fill() -> None:
        with transaction():
            made = world.found()
            calls.fund(made.calls["BTN-L"], amount=Decimal(900_000), actor=made.actor("fay", Role.FINANCE))
        db.session.remove()
        with psycopg.connect(plain(postgres.url("postgres", name)), autocommit=True) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute("UPDATE application SET organisation_id = 1001 + (id - 1001) / 3 WHERE id > 1000")

    return prepared(postgres, edge, name, fill)


@pytest.fixture(scope="session")
def checked(prepare: Prepare, submitted: str) -> str:
    """An application whose checks have all passed."""
    return prepare("checked", lambda: world.check(world.found(), world.first()), submitted)


@pytest.fixture(scope="session")
def scored(prepare: Prepare, in_review: str) -> str:
    """Ron has scored an application and not submitted his review."""
    return prepare("scored_by_ron", lambda: world.scored(world.found(), world.first(), "ron"), in_review)


@pytest.fixture(scope="session")
def fourth(prepare: Prepare, in_review: str) -> str:
    """An application with the three reviews that it needs, and a fourth that is written and not sent."""

    def fill() -> None:
        made, row = world.found(), world.first()
        world.review(made, row)
        world.scored(made, row, "ron")

    return prepare("fourth", fill, in_review)


@pytest.fixture
def copies(postgres: Postgres, reusable: Kept, tmp_path: Path) -> Copies:
    """A copy of a prepared database for one round, with the application on it."""

    @contextmanager
    def copy(source: str) -> Iterator[Flask]:
        with reusable.lent(source) as name, opened(settings_for(postgres, name, tmp_path)) as app:
            yield app

    return copy
