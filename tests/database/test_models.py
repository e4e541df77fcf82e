"""Models, migrations and the real database agree; and every model declares its visibility."""

from __future__ import annotations

import os
from collections.abc import Iterator

import alembic.command
import alembic.config
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

import grants.models
from config import ROOT
from grants.access.principals import ANONYMOUS
from grants.access.visibility import ROOTS, visible
from grants.db import Model, Side, Visibility
from grants.outside.servers import Postgres, create_database
from grants.outside.servers.postgres import plain

MODELS = sorted((mapper.class_ for mapper in Model.registry.mappers), key=lambda model: model.__name__)
FUNCTIONS = """
    CREATE FUNCTION grants_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';
    CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(words)';
    CREATE FUNCTION address_hash(address text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT address'"""
DECLARED = {
    "columns": """
        SELECT table_name, column_name, data_type, numeric_precision, numeric_scale, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
        ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 't'
        AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        AND indexname NOT LIKE '%\\_words\\_idx' ORDER BY 1, 2""",
}


@pytest.fixture(scope="module")
def created(postgres: Postgres) -> Iterator[str]:
    """A database whose tables are created from the models alone."""
    name = f"created_{os.getpid()}"
    create_database(postgres.url("postgres", "postgres"), name)
    with psycopg.connect(plain(postgres.url("grants_owner", name))) as owner:
        owner.execute(FUNCTIONS)
    engine = create_engine(postgres.url("grants_owner", name))
    Model.metadata.create_all(engine)
    engine.dispose()
    yield name
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_alembic_finds_nothing_to_migrate(postgres: Postgres, database: str) -> None:
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(ROOT / "grants" / "migrations"))
    settings.attributes["url"] = postgres.url("grants_owner", database)

    alembic.command.check(settings)


@pytest.mark.parametrize("part", DECLARED)
def test_migrations_create_what_the_models_declare(postgres: Postgres, database: str, created: str, part: str) -> None:
    found = []
    for name in (database, created):
        with psycopg.connect(plain(postgres.url("grants_owner", name))) as owner:
            found.append(set(owner.execute(DECLARED[part].encode())))
    migrated, declared = found

    assert migrated - declared == set()
    assert declared - migrated == set()


def test_every_model_is_exported() -> None:
    assert sorted(grants.models.__all__) == [model.__name__ for model in MODELS]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_declares_its_visibility(model: type[Model]) -> None:
    message = vars(model).get("visibility")

    assert isinstance(message, Visibility), f"{model.__name__} declares no visibility"
    assert message.root is None or message.root in ROOTS
    assert not (message.root and message.through)
    assert message.own is None or message.own in model.__table__.columns


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.visibility.through], ids=lambda model: model.__name__
)
def test_a_model_visible_through_another_has_a_foreign_key_to_it(model: type[Model]) -> None:
    column = model.__table__.c[model.visibility.through or ""]

    assert len(column.foreign_keys) == 1
    assert model.visibility.sides <= frozenset(Side)
    assert model.visibility.sides


@pytest.mark.parametrize(
    "model",
    [m for m in MODELS if m.visibility.through or m.visibility.root or m.visibility.public],
    ids=lambda model: model.__name__,
)
def test_each_visibility_filter_can_be_built(model: type[Model]) -> None:
    assert str(visible(model, ANONYMOUS))


@pytest.mark.parametrize("model", [m for m in MODELS if m.visibility == Visibility()], ids=lambda model: model.__name__)
def test_system_tables_are_visible_to_no_one(model: type[Model]) -> None:
    with pytest.raises(LookupError):
        visible(model, ANONYMOUS)
