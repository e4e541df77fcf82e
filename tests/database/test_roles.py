"""Actions that the application's database role, and even the owner, cannot perform."""

# ruff: noqa: E501 - a rule and the statement that breaks it share one line
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from psycopg import errors

from config import Settings
from grants.db import Unsafe, bind_app
from grants.outside.servers import Postgres
from tests.database.conftest import Connect

LASTING = (
    "history", "entry", "posting", "document", "document_file", "document_end", "checkpoint", "repayment",
    "submission", "submission_line", "submission_indicator", "award_indicator", "involvement",
    "attachment", "attachment_check", "attachment_preview", "organisation_document",
)  # fmt: skip
CHANGES = {"UPDATE": "UPDATE {} SET {} = {}", "DELETE": "DELETE FROM {}", "TRUNCATE": "TRUNCATE {} CASCADE"}


def statement(change: str, table: str) -> str:
    """SQL that changes an append-only table."""
    keys = {"document_file": "document_id", "document_end": "document_id", "attachment_check": "attachment_id"}
    column = keys.get(table, "id")
    return CHANGES[change].format(table, column, column)


@pytest.mark.parametrize("table", LASTING)
def test_every_append_only_table_has_rows(connect: Connect, table: str) -> None:
    with connect("grants_app") as app:
        assert app.execute(f"SELECT count(*) > 0 FROM {table}").fetchone() == (True,)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", LASTING)
def test_the_application_cannot_change_append_only_tables(connect: Connect, table: str, change: str) -> None:
    with connect("grants_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement(change, table))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", LASTING)
def test_even_the_owner_cannot_change_append_only_tables(connect: Connect, table: str, change: str) -> None:
    with connect("grants_owner") as owner, pytest.raises(errors.IntegrityConstraintViolation) as refused:
        owner.execute(statement(change, table))

    assert str(refused.value.diag.constraint_name).endswith("_only_grows")


@pytest.mark.parametrize("table", LASTING)
def test_only_the_trigger_stops_the_owner(connect: Connect, table: str) -> None:
    with connect("grants_owner") as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_only_grows")

        changed = owner.execute(statement("UPDATE", table)).rowcount

    assert changed > 0


BEYOND = {
    "write a balance": "UPDATE balance SET amount = amount + 1",
    "make a balance": "INSERT INTO balance VALUES (999, 'paid', 1)",
    "write a total": "UPDATE total SET amount = amount + 1",
    "make a total": "INSERT INTO total (fund_id, kind, currency, amount) VALUES (1, 'paid', 'EUR', 1)",
    "drop a total": "DELETE FROM total",
    "move the clock": "UPDATE clock_offset SET seconds = 1",
    "rename an account": "UPDATE account SET kind = 'paid'",
    "drop an account": "DELETE FROM account",
    "switch a trigger off": "ALTER TABLE history DISABLE TRIGGER ALL",
    "act as a replica": "SET session_replication_role = replica",
    "drop a trigger": "DROP TRIGGER history_only_grows ON history",
    "add a trigger": "CREATE TRIGGER mine BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "replace a function": "CREATE OR REPLACE FUNCTION grants_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''2000-01-01''::timestamptz'",
    "make a function": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "make a table": "CREATE TABLE public.mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "drop a table": "DROP TABLE history CASCADE",
    "drop a constraint": "ALTER TABLE balance DROP CONSTRAINT balance_never_below_zero",
    "become the owner": "SET ROLE grants_owner",
    "become superuser": "SET ROLE postgres",
    "say that it migrated": "UPDATE alembic_version SET version_num = '0001'",
    "read a file": "COPY person FROM '/etc/passwd'",
    "run a program": "COPY person TO PROGRAM 'cat'",
    "reset a number series": "SELECT setval('history_id_seq', 1)",
}


@pytest.mark.parametrize("statement", BEYOND)
def test_the_application_cannot(connect: Connect, statement: str) -> None:
    with connect("grants_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(BEYOND[statement].encode())


def test_the_application_owns_nothing(connect: Connect) -> None:
    with connect("grants_app") as app:
        owned = app.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relowner = 'grants_app'::regrole"
            " UNION SELECT oid::regproc::text FROM pg_proc WHERE proowner = 'grants_app'::regrole"
        ).fetchall()

    assert owned == []


def test_the_application_cannot_attach_our_trigger_to_its_own_table(connect: Connect) -> None:
    with connect("grants_app") as app:
        app.execute("CREATE TEMP TABLE bait (account_id int, amount numeric, currency text)")

        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("CREATE TRIGGER rich AFTER INSERT ON bait FOR EACH ROW EXECUTE FUNCTION add_to_balance()")


def test_the_application_cannot_attach_the_totals_trigger_either(connect: Connect) -> None:
    with connect("grants_app") as app:
        app.execute("CREATE TEMP TABLE bait (account_id int, amount numeric)")

        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(
                "CREATE TRIGGER rich AFTER INSERT ON bait REFERENCING NEW TABLE AS added"
                " FOR EACH STATEMENT EXECUTE FUNCTION add_to_totals()"
            )


def test_with_execute_rights_our_trigger_would_write_balances(own: Callable[[str], str]) -> None:
    with psycopg.connect(own("grants_owner")) as owner:
        owner.execute("GRANT EXECUTE ON FUNCTION add_to_balance TO grants_app")

    with psycopg.connect(own("grants_app")) as app:
        before = app.execute(
            "SELECT amount FROM balance JOIN account ON id = account_id WHERE account.kind = 'paid'"
        ).fetchone()
        app.execute("CREATE TEMP TABLE bait (account_id int, amount numeric, currency text)")
        app.execute("CREATE TRIGGER rich AFTER INSERT ON bait FOR EACH ROW EXECUTE FUNCTION add_to_balance()")
        app.execute("INSERT INTO bait SELECT id, 5, currency FROM account WHERE kind = 'paid'")
        after = app.execute(
            "SELECT amount - 5 FROM balance JOIN account ON id = account_id WHERE account.kind = 'paid'"
        ).fetchone()

    assert after == before


@pytest.mark.parametrize("table", ["person", "history", "balance", "outbox"])
def test_the_read_role_writes_nothing(connect: Connect, table: str) -> None:
    with connect("grants_read") as reader:
        reader.execute("SET default_transaction_read_only = off")
        reader.commit()
        assert reader.execute(f"SELECT count(*) >= 0 FROM {table}").fetchone() == (True,)

        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(f"DELETE FROM {table}")


def test_everything_is_readable_for_backup(connect: Connect) -> None:
    with connect("grants_read") as reader:
        closed = reader.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
            " AND NOT has_table_privilege(oid, 'SELECT')"
        ).fetchall()

    assert closed == []


@pytest.mark.parametrize("role", ["postgres", "grants_owner"])
def test_the_application_refuses_to_start_with_too_many_privileges(
    settings: Settings, postgres: Postgres, database: str, role: str
) -> None:
    with pytest.raises(Unsafe):
        bind_app(replace(settings, database_url=postgres.url(role, database)), "test")


def test_the_application_starts_with_its_own_role(settings: Settings) -> None:
    assert bind_app(settings, "test").name == "test"
