"""Runs the migrations as the role grants_owner, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

import grants.models  # noqa: F401 - the metadata is full only when every table is imported
from grants.db import Model


def declared(item: object, name: str | None, kind: str, reflected: bool, against: object) -> bool:
    """Whether models and database are compared here: indexes over functions live in the migrations alone."""
    return not (kind == "index" and reflected and str(name).endswith("_words_idx"))


def run() -> None:
    """Migrate the database whose address stands in the configuration's attributes."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Model.metadata, include_object=declared, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()
