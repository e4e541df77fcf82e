"""The application may delete and update only what it needs to."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from tests.database.conftest import Connect

DELETED = {
    "clock_failure", "daily_mail", "device", "email_change", "link", "message_mail", "outbox", "registration",
    "reminder", "repeat", "score", "sign_in", "sign_in_failure", "trusted_device",
}  # fmt: skip
FIXED = ("decision", "document_snapshot")
"""Tables that the application only adds to, beside those that only grow."""
PARTLY = {
    "appointment": "role = 'approver'",
    "membership": "organisation_id = 2",
    "invitation": "is_contact = true",
    "fund": "title = 'Mine'",
    "payment": "amount = 1",
    "counter": "kind = 'X'",
}
"""Tables of which it updates some columns, and a change of another."""


def test_the_application_deletes_only_from_these_tables(connect: Connect) -> None:
    with connect("grants_app") as app:
        allowed = app.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege(oid, 'DELETE')"
        ).fetchall()

    assert {name for (name,) in allowed} == DELETED


@pytest.mark.parametrize("table", FIXED)
def test_the_application_updates_no_column_of_it(connect: Connect, table: str) -> None:
    with connect("grants_app") as app:
        found = app.execute("SELECT has_any_column_privilege(%s, 'UPDATE')", [table]).fetchone()

    assert found == (False,)


@pytest.mark.parametrize("table", PARTLY)
def test_the_application_does_not_change_what_is_settled(connect: Connect, table: str) -> None:
    with connect("grants_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(f"UPDATE {table} SET {PARTLY[table]}".encode())


def test_the_application_can_still_lock_a_fund(connect: Connect) -> None:
    with connect("grants_app") as app:
        assert app.execute("SELECT id FROM fund FOR NO KEY UPDATE").fetchone() is not None


def test_the_application_creates_no_temporary_table_in_a_database_of_ours(postgres: Postgres, database: str) -> None:
    with (
        psycopg.connect(plain(postgres.url("grants_app", database))) as app,
        pytest.raises(errors.InsufficientPrivilege, match="temporary tables"),
    ):
        app.execute("CREATE TEMP TABLE bait (id int)")
