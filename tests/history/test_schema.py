"""What verify believes: a database that shows it other rows than the application works on is a finding."""

# ruff: noqa: E501 - a forgery stands beside its name

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from config import Settings
from grants import db as database
from grants.db import bind_app, db
from grants.jobs.sealing import evidence
from grants.outside.servers import Postgres
from grants.outside.servers.postgres import plain
from grants.services.integrity import fingerprints
from grants.services.integrity.verifying import books, catalogue, schema, submissions, verification
from tests.history.proof import name_of
from tests.history.schema import described, written
from workflows.engine.message import Message

pytestmark = pytest.mark.sweep

ROLE = "INSERT INTO public.appointment (id, person_id, role) VALUES (900, 1, 'finance')"
"""The live change: a person gets a role that no event names."""
COPY = "CREATE SCHEMA {0}; CREATE TABLE {0}.appointment AS SELECT * FROM public.appointment; GRANT USAGE ON SCHEMA {0} TO grants_read; GRANT SELECT ON {0}.appointment TO grants_read; "
HERE = "DO $$ BEGIN EXECUTE format('ALTER {} %I SET {}', current_database()); END $$"


@dataclass(frozen=True)
class Forgery:
    """What a holder of a role does, and the part of a finding that names it."""

    role: str
    statements: str
    named: str


MALLORY = "CREATE ROLE mallory LOGIN"
DATABASE = "DO $$ BEGIN EXECUTE format('GRANT {} ON DATABASE %I TO {}', current_database()); END $$"

HIDDEN = {
    "row-level security for one reader": Forgery(
        "grants_owner",
        f"{ROLE}; ALTER TABLE appointment ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY shown ON appointment FOR SELECT TO grants_read USING (id < 900); CREATE POLICY live ON appointment TO grants_app USING (true)",
        "table appointment differs from what the migrations create: “owner grants_owner; row-level security”",
    ),
    "another schema in the path of the database": Forgery(
        "grants_owner",
        f"{COPY.format('h')}{ROLE}; {HERE.format('DATABASE', 'search_path = h, public')}",
        "setting search_path of the database exists, although no migration creates it (h, public)",
    ),
    "another schema in the path of one role": Forgery(
        "postgres",
        f"{COPY.format('h')}{ROLE}; {HERE.format('ROLE grants_read IN DATABASE', 'search_path = h, public')}",
        "setting search_path of grants_read in the database exists",
    ),
    "a schema with the name of the reader": Forgery(
        "grants_owner", f"{COPY.format('grants_read')}{ROLE}", "table grants_read.appointment exists"
    ),
    "a view in the place of a table": Forgery(
        "grants_owner",
        f"{ROLE}; ALTER TABLE appointment RENAME TO appointment_; GRANT SELECT ON appointment_ TO grants_read;"
        "CREATE VIEW appointment AS SELECT * FROM appointment_ WHERE current_user <> 'grants_read' OR id < 900;"
        "GRANT SELECT ON appointment TO grants_app, grants_read",
        "view appointment exists, although no migration creates it",
    ),
}  # fmt: skip
"""A live change, and the database shows verify what was there before."""
FITTING = """
    CREATE FUNCTION public.newest() RETURNS integer LANGUAGE sql RETURN 1;
    DO $$ BEGIN EXECUTE format('CREATE FUNCTION public.fits(oid, smallint) RETURNS boolean LANGUAGE sql IMMUTABLE
        RETURN CAST($1 AS bigint) BETWEEN $2 AND %s', CAST('public.newest()'::regprocedure AS bigint) - 1); END $$;
    DROP FUNCTION public.newest();
    CREATE OPERATOR public.>= (FUNCTION = public.fits, LEFTARG = oid, RIGHTARG = smallint)"""
"""An operator that hides what was created later, if the number is bound as a smallint."""
BETTER = "CREATE FUNCTION public.convert_to(text, text) RETURNS bytea LANGUAGE sql STABLE AS $$ SELECT pg_catalog.convert_to({0}, 'UTF8'::name) $$"
"""A function that fits two texts better than that of PostgreSQL, whose second argument is a name."""
LOOSE = {
    "triggers that are switched off": Forgery("grants_owner", "ALTER TABLE history DISABLE TRIGGER USER", "trigger history_only_grows on history differs"),
    "a trigger that fires on replicas only": Forgery("grants_owner", "ALTER TABLE posting ENABLE REPLICA TRIGGER posting_only_grows", "trigger posting_only_grows on posting differs"),
    "a trigger that was dropped": Forgery("grants_owner", "DROP TRIGGER entry_balanced ON entry", "trigger entry_balanced on entry is missing"),
    "a trigger that was added": Forgery("grants_owner", "CREATE TRIGGER a BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION work_out_waits()", "trigger a on payment exists"),
    "foreign keys that are switched off": Forgery("postgres", "ALTER TABLE payment DISABLE TRIGGER ALL", "of payment_batch_id_fkey on payment exists"),
    "a guard with another body": Forgery("grants_owner", "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN RETURN OLD; END $$", "function refuse_change() differs"),
    "another clock": Forgery("grants_owner", "CREATE OR REPLACE FUNCTION grants_now() RETURNS timestamptz LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp RETURN clock_timestamp() - interval '3 days'", "function grants_now() differs"),
    "every right for the application": Forgery("grants_owner", "GRANT ALL ON history, posting, balance, checkpoint, clock_offset TO grants_app", "privileges of grants_app on table clock_offset differs"),
    "the right to change one column": Forgery("grants_owner", "GRANT UPDATE (role) ON history TO grants_app", "privileges of grants_app on column history.role differs"),
    "a right for everybody": Forgery("grants_owner", "GRANT EXECUTE ON FUNCTION add_to_balance() TO PUBLIC", "privileges of PUBLIC on function add_to_balance() exists"),
    "rights on what is created later": Forgery("grants_owner", "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO grants_app", "privileges of grants_app on later r exists"),
    "a right on a function of PostgreSQL": Forgery("postgres", "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO grants_app", "privileges of grants_app on function pg_read_file(text) exists"),
    "the right to create schemas": Forgery("grants_owner", "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO grants_app', current_database()); END $$", "role grants_app differs"),
    "a table with another owner": Forgery("postgres", "ALTER TABLE history OWNER TO grants_app", "table history differs"),
    "a constraint that was dropped": Forgery("grants_owner", "ALTER TABLE payment DROP CONSTRAINT payment_batch_id_fkey", "constraint payment_batch_id_fkey on payment is missing"),
    "a constraint that is not checked": Forgery("grants_owner", "ALTER TABLE clock_offset DROP CONSTRAINT clock_offset_one_row; ALTER TABLE clock_offset ADD CONSTRAINT clock_offset_one_row CHECK (id = 1) NOT VALID", "“CHECK ((id = 1)) NOT VALID” instead of “CHECK ((id = 1))”"),
    "a column that may be empty": Forgery("grants_owner", "ALTER TABLE award ALTER amount DROP NOT NULL", "column award.amount differs"),
    "a default that the guard trusts": Forgery("grants_owner", "ALTER TABLE call ALTER step SET DEFAULT 'open'", "column call.step differs"),
    "a rule that swallows rows": Forgery("grants_owner", "CREATE RULE quiet AS ON INSERT TO conflict DO INSTEAD NOTHING", "rule quiet on conflict exists"),
    "a table that adds rows to another": Forgery("grants_owner", "CREATE TABLE more () INHERITS (payment)", "inheritance of more from payment exists"),
    "an operator for two types": Forgery("grants_owner", "CREATE FUNCTION same(integer, text) RETURNS boolean LANGUAGE sql RETURN true; CREATE OPERATOR = (LEFTARG = integer, RIGHTARG = text, FUNCTION = same)", "operator =(integer,text) exists"),
    "a function that joins an extension": Forgery("postgres", "CREATE FUNCTION plain(varchar) RETURNS text LANGUAGE sql RETURN ''; ALTER EXTENSION unaccent ADD FUNCTION plain(varchar)", "function plain(character varying) exists"),
    "an event trigger": Forgery("postgres", "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER quiet ON ddl_command_end EXECUTE FUNCTION e()", "event trigger quiet exists"),
    "triggers off for the application": Forgery("postgres", HERE.format("ROLE grants_app IN DATABASE", "session_replication_role = replica"), "setting session_replication_role of grants_app in the database exists"),
    "a reader that may write": Forgery("postgres", HERE.format("ROLE grants_read IN DATABASE", "default_transaction_read_only = off"), "setting default_transaction_read_only of grants_read in the database exists"),
    "large objects": Forgery("grants_read", "SELECT lo_from_bytea(0, '1')", "large objects exists"),
    "an operator that fits an untyped parameter": Forgery("grants_owner", FITTING, "operator public.>=(oid,smallint) exists"),
    "a function whose arguments fit better": Forgery("grants_owner", BETTER.format("'{}'"), "function public.convert_to(text,text) exists"),
    "numbers that count backwards": Forgery("grants_owner", "ALTER SEQUENCE history_id_seq INCREMENT BY -1 MINVALUE -9", "sequence history_id_seq differs"),
    "the application as a member of the owner": Forgery("postgres", "GRANT grants_owner TO grants_app", "membership of grants_app in grants_owner exists"),
    "a reader that writes everything": Forgery("postgres", "GRANT pg_write_all_data TO grants_read", "membership of grants_read in pg_write_all_data exists"),
    "the application as a superuser": Forgery("postgres", "ALTER ROLE grants_app SUPERUSER", "role grants_app differs"),
    "a role that policies do not stop": Forgery("postgres", "ALTER ROLE grants_read BYPASSRLS", "role grants_read differs"),
    "the right to switch triggers off": Forgery("postgres", "GRANT SET ON PARAMETER session_replication_role TO grants_app", "privileges of grants_app on setting session_replication_role exists"),
    "a path for everybody": Forgery("postgres", "ALTER ROLE ALL SET search_path = h, public", "setting search_path of all roles exists"),
    "a reader without its limit": Forgery("postgres", "ALTER ROLE grants_read RESET default_transaction_read_only", "setting default_transaction_read_only of grants_read is missing"),
    "the owner as a superuser": Forgery("postgres", "ALTER ROLE grants_owner SUPERUSER", "role grants_owner differs"),
    "another role with the rights of the owner": Forgery("postgres", f"{MALLORY}; GRANT grants_owner TO mallory", "membership of mallory in grants_owner exists"),
    "another role that can become the application": Forgery("postgres", f"{MALLORY}; GRANT grants_app TO mallory WITH INHERIT FALSE, SET TRUE", "membership of mallory in grants_app exists"),
    "another role that creates schemas": Forgery("postgres", f"{MALLORY}; {DATABASE.format('CREATE', 'mallory')}", "privileges of mallory on the database exists"),
    "a database that everybody enters": Forgery("grants_owner", DATABASE.format("CONNECT", "PUBLIC"), "privileges of PUBLIC on the database exists"),
    "temporary tables for the application": Forgery("grants_owner", DATABASE.format("TEMP", "grants_app"), "privileges of grants_app on the database exists"),
    "passwords that everybody reads": Forgery("postgres", "GRANT SELECT ON pg_authid TO PUBLIC", "privileges of PUBLIC on table pg_authid exists"),
    "one column with passwords": Forgery("postgres", "GRANT SELECT (rolpassword) ON pg_authid TO PUBLIC", "privileges of PUBLIC on column pg_authid.rolpassword exists"),
    "functions that everybody changes": Forgery("postgres", "GRANT UPDATE ON pg_proc TO PUBLIC", "privileges of PUBLIC on table pg_proc exists"),
    "files that everybody reads": Forgery("postgres", "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC", "privileges of PUBLIC on function pg_read_file(text) exists"),
    "a schema of PostgreSQL that everybody fills": Forgery("postgres", "GRANT CREATE ON SCHEMA pg_catalog TO PUBLIC", "privileges of PUBLIC on schema pg_catalog exists"),
    "views of the catalogue that everybody changes": Forgery("postgres", "GRANT UPDATE ON information_schema.columns TO PUBLIC", "privileges of PUBLIC on view information_schema.columns exists"),
    "numbers that are drawn in advance": Forgery("grants_owner", "ALTER SEQUENCE history_id_seq CACHE 50", "sequence history_id_seq differs"),
    "triggers that are off everywhere": Forgery("postgres", "SET LOCAL session_replication_role = replica", "setting session_replication_role of the session differs"),
}  # fmt: skip
"""What stopped a forgery is gone."""


def commit(app: Flask, postgres: Postgres, forgery: Forgery) -> None:
    """Commit a forgery as the role that is named with it."""
    with psycopg.connect(plain(postgres.url(forgery.role, name_of(app))), autocommit=True) as connection:
        connection.execute(forgery.statements.encode())


def verified(app: Flask, **changes: bool) -> list[str]:
    """Everything that is found with the role and the connection of the command; printed files are not compared."""
    settings: Settings = replace(app.extensions["settings"], **changes)
    reader = bind_app(replace(settings, database_url=settings.read_database_url), "tests.reader")
    with reader.app_context():
        try:
            return [str(message) for message in verification.findings(evidence(settings), bool)]
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def believing() -> Iterator[None]:
    """Verification as it was: it believes what the database shows it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "problems", lambda: iter(()))
        patch.setattr(schema, "notes", lambda: iter(()))
        patch.setattr(schema, "moved", lambda **_: iter(()))
        patch.setattr(schema, "fix_session", lambda: None)
        patch.setattr(fingerprints, "text", lambda query: text(query.replace("public.", "")))
        for name in database.READING:
            patch.delitem(database.SESSION, name)
        yield


def test_the_stored_schema_is_that_of_the_migrations(postgres: Postgres, template: str) -> None:
    """Otherwise run `python -m tests.history.schema`."""
    found = described(postgres.url("grants_read", template))

    assert found == schema.expected()
    assert schema.STORED.read_text("utf-8") == written(found)


def test_an_untouched_database_has_no_finding(app: Flask) -> None:
    assert verified(app) == verified(app, demo=False) == []


@pytest.mark.parametrize("name", HIDDEN)
def test_rows_that_are_hidden_from_the_reader_are_found(app: Flask, postgres: Postgres, name: str) -> None:
    commit(app, postgres, HIDDEN[name])
    with believing():
        assert verified(app) == []
    with psycopg.connect(plain(postgres.url("grants_app", name_of(app)))) as live:
        assert live.execute("SELECT role FROM public.appointment WHERE id = 900").fetchone() == ("finance",)

    found = verified(app)

    assert any(HIDDEN[name].named in finding.replace("public.", "") for finding in found), found
    assert ("appointment 900 has no event in the history." in found) == ("schema" in name), found


@pytest.mark.parametrize("name", LOOSE)
def test_a_guard_that_was_loosened_is_found(superuser: Flask, name: str) -> None:
    with superuser.app_context():
        cursor = db.session.connection().connection.cursor()
        cursor.execute(f"SET LOCAL ROLE {LOOSE[name].role}".encode())
        cursor.execute(LOOSE[name].statements.encode())
        cursor.execute("RESET ROLE")

        schema.fix_session()
        found = [str(finding) for finding in schema.problems()]
        db.session.rollback()

    assert any(LOOSE[name].named in finding for finding in (*found, *(one.replace("public.", "") for one in found))), (
        found
    )


BLINDING = Forgery(
    "grants_owner",
    f"{FITTING}; UPDATE appointment SET role = 'approver' WHERE id = 1;"
    + BETTER.format("""replace($1, '"id": 1, "role": "approver"', '"id": 1, "role": "{0}"')"""),
    "",
)
"""A live change of a role that the two objects hide from the reader. {0}: the role that history knows."""


def blind(app: Flask, postgres: Postgres) -> None:
    """Commit the objects and the change that they hide."""
    with app.app_context():
        role = db.session.scalar(text("SELECT role FROM appointment WHERE id = 1"))
        db.session.remove()
    commit(app, postgres, replace(BLINDING, statements=BLINDING.statements.replace("{0}", role)))


def test_objects_that_fit_better_hide_neither_themselves_nor_a_row(app: Flask, postgres: Postgres) -> None:
    blind(app, postgres)

    found = verified(app)

    there = " exists, although no migration creates it"
    assert [finding.partition(there)[0] for finding in found if "privileges" not in finding] == [
        "Database: function public.convert_to(text,text)",
        "Database: function public.fits(oid,smallint)",
        "Database: operator public.>=(oid,smallint)",
        verification.UNRELIABLE,
        "appointment 1 differs from its history.",
    ]


def test_with_the_path_of_the_tables_and_untyped_parameters_both_would_be_hidden(
    app: Flask, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the operator and the function are preferred to those of PostgreSQL."""
    untyped = tuple(query.replace("CAST(:first AS oid)", ":first") for query in catalogue.QUERIES)
    monkeypatch.setattr(catalogue, "QUERIES", untyped)
    monkeypatch.setattr(schema, "FIXED", database.READING)
    wanted = described(postgres.url("grants_read", name_of(app)))
    monkeypatch.setattr(schema, "expected", lambda: wanted)
    monkeypatch.setattr(
        fingerprints, "text", lambda query: text(query.replace("pg_catalog.", "").replace("::name", ""))
    )

    blind(app, postgres)

    assert verified(app) == []


def test_every_check_reads_with_the_path_of_the_catalogue(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """No query is left that would name a table without its schema, or that a schema of the path could shadow."""
    paths: list[str] = []

    def show() -> Iterator[Message]:
        paths.append(db.session.scalar(text("SHOW search_path")))
        yield from ()

    for check in (submissions, books):
        monkeypatch.setattr(check, "problems", show)

    assert verified(app) == []
    assert paths == [schema.ALONE] * 2


SHADOW = Forgery(
    "grants_owner",
    "CREATE FUNCTION public.differs(numeric, integer) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN false;"
    "CREATE OPERATOR public.<> (FUNCTION = public.differs, LEFTARG = numeric, RIGHTARG = integer);"
    "ALTER TABLE posting DISABLE TRIGGER USER; UPDATE posting SET amount = amount + 1 WHERE id = 1;"
    "ALTER TABLE posting ENABLE TRIGGER USER",
    "",
)
"""An operator of `public` that fits a query of the ledger better, and a change that it hides."""


def uneven(app: Flask) -> bool:
    """Whether the entry that does not balance is found."""
    return "Entry 1 of the ledger does not balance." in verified(app)


def test_an_operator_that_fits_better_does_not_hide_an_entry_that_does_not_balance(
    app: Flask, postgres: Postgres
) -> None:
    commit(app, postgres, SHADOW)

    assert uneven(app)


def test_with_the_schema_of_the_tables_in_the_path_it_would(
    app: Flask, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counter-test: the comparison of a sum with the number 0 has exactly the types of the operator."""
    monkeypatch.setattr(schema, "FIXED", database.READING)
    commit(app, postgres, SHADOW)

    assert not uneven(app)


def test_without_the_comparison_of_the_schema_a_loosened_guard_is_not_found(app: Flask, postgres: Postgres) -> None:
    """Counter-test: everything that the owner can commit. The application then changes the ledger."""
    loosened = [forgery for forgery in LOOSE.values() if forgery.role == "grants_owner"]
    for forgery in loosened:
        commit(app, postgres, forgery)
    with believing():
        assert verified(app) == []
    with psycopg.connect(plain(postgres.url("grants_app", name_of(app)))) as live:
        assert live.execute("UPDATE posting SET amount = 2 * amount").rowcount > 0

    assert len(verified(app)) >= len(loosened)


def test_the_application_reads_its_own_tables_too(app: Flask, postgres: Postgres) -> None:
    """Another schema in the path of the database changes nothing for it."""
    commit(app, postgres, HIDDEN["another schema in the path of the database"])
    with psycopg.connect(plain(postgres.url("grants_owner", name_of(app))), autocommit=True) as owner:
        owner.execute("GRANT USAGE ON SCHEMA h TO grants_app; GRANT SELECT ON h.appointment TO grants_app")
    with bind_app(app.extensions["settings"], "tests.again").app_context():
        read = db.session.scalar(text("SELECT role FROM appointment WHERE id = 900"))
        db.session.remove()
        db.engine.dispose()

    assert read == "finance"


def test_rows_behind_a_policy_stop_the_check_instead_of_being_left_out(app: Flask, postgres: Postgres) -> None:
    commit(app, postgres, HIDDEN["row-level security for one reader"])

    stopped = "The check of rows stopped at a value that cannot be read (ProgrammingError: "
    assert any(
        finding.startswith(stopped) and "row-level security policy for table" in finding for finding in verified(app)
    )


def test_a_clock_that_was_moved_is_found_outside_a_demonstration(app: Flask, postgres: Postgres) -> None:
    with psycopg.connect(plain(postgres.url("grants_owner", name_of(app))), autocommit=True) as owner:
        owner.execute("UPDATE clock_offset SET seconds = -7200")

    assert verified(app) == []
    assert verified(app, demo=False) == ["The clock of the database is offset by -7200 seconds."]
    with believing():
        assert verified(app, demo=False) == []


def test_the_parts_of_a_table_are_not_listed_beside_it() -> None:
    found = {
        "table h": "owner x",
        "column h.id": "integer",
        "trigger t on h": "",
        "index h_i": "x",
        "column a.id": "text",
    }

    named = [str(finding) for finding in schema.differences({"column a.id": "integer"}, found)]

    assert named == [
        "Database: index h_i exists, although no migration creates it (x).",
        "Database: table h exists, although no migration creates it (owner x).",
        "Database: column a.id differs from what the migrations create: “text” instead of “integer”.",
    ]


def test_settings_of_memory_and_logs_are_no_finding(app: Flask, postgres: Postgres) -> None:
    with psycopg.connect(plain(postgres.url("postgres", name_of(app))), autocommit=True) as superuser:
        superuser.execute(HERE.format("DATABASE", "work_mem = ''64MB''").encode())
        superuser.execute(HERE.format("ROLE grants_app IN DATABASE", "log_min_duration_statement = 100").encode())

    assert verified(app) == []
