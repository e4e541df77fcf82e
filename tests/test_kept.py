"""A database is used again only as it was at first."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.kept import MOST, Kept
from tests.prepared import Prepare

pytestmark = pytest.mark.sweep


@pytest.fixture
def own(postgres: Postgres) -> Iterator[Kept]:
    """Databases for this test alone."""
    databases = Kept(postgres, lambda _: None)
    yield databases
    databases.close()


def changed(postgres: Postgres, name: str, statement: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection of the owner that has sent a statement and not ended its transaction."""
    connection = psycopg.connect(plain(postgres.url("grants_owner", name)))
    connection.execute(statement.encode())
    return connection


def people(postgres: Postgres, name: str) -> list[object]:
    """The names of the people, and the number that the next one would get."""
    with psycopg.connect(plain(postgres.url("grants_owner", name))) as owner:
        names = [one for (one,) in owner.execute("SELECT name FROM person ORDER BY id")]
        return [*names, owner.execute("SELECT nextval('person_id_seq')").fetchone()]


def test_what_a_test_has_changed_is_undone(postgres: Postgres, own: Kept, small: str) -> None:
    with own.lent(small) as first:
        before = people(postgres, first)
        with changed(postgres, first, "UPDATE person SET name = 'Somebody else'; DELETE FROM appointment"):
            pass
        assert people(postgres, first) != before

    with own.lent(small) as second:
        assert second == first
        assert people(postgres, second) == before


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE batch DROP CONSTRAINT batch_three_people",
        "ALTER TABLE submission_content DISABLE TRIGGER submission_content_is_erased",
        "DROP TRIGGER line_is_agreed ON award_line",
        "REVOKE INSERT ON figures FROM grants_app",
        "CREATE TABLE further (id integer)",
        "CREATE OR REPLACE FUNCTION further() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "ALTER SEQUENCE person_id_seq INCREMENT 7",
    ],
)
def test_where_more_than_rows_was_changed_it_is_not_used_again(
    postgres: Postgres, own: Kept, small: str, statement: str
) -> None:
    with own.lent(small) as first, changed(postgres, first, statement):
        pass

    with own.lent(small) as second:
        assert second != first


def test_where_somebody_holds_a_row_it_is_not_used_again(postgres: Postgres, own: Kept, small: str) -> None:
    with own.lent(small) as first:
        holding = changed(postgres, first, "UPDATE person SET name = 'Somebody else'")

    with own.lent(small) as second:
        assert second != first
    holding.close()


def test_two_at_the_same_time_are_two(own: Kept, small: str) -> None:
    with own.lent(small) as first, own.lent(small) as second:
        assert first != second


def test_few_are_kept(postgres: Postgres, own: Kept, prepare: Prepare, small: str, template: str) -> None:
    """The one that was used longest ago is dropped."""
    names = []
    for source in (template, small, *(prepare(f"further_{number}", lambda: None) for number in range(MOST - 1))):
        with own.lent(source) as name:
            names.append(name)

    with psycopg.connect(plain(postgres.url("postgres", "postgres"))) as superuser:
        left = superuser.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [names]).fetchall()
    assert {name for (name,) in left} == {*names[1:]}
