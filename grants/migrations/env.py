"""Run the migrations in one transaction, at the address in the configuration's attributes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

import grants.models  # noqa: F401 - the metadata is complete only when every model is imported
from grants.db import Model


def declared(item: object, name: str | None, kind: str, reflected: bool, against: object) -> bool:
    """Whether to compare this item with the models: indexes ending in `_words_idx` exist in the migrations only."""
    return not (kind == "index" and reflected and str(name).endswith("_words_idx"))


def run() -> None:
    """Migrate the database at the address in the configuration's attributes; its role must own the tables."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Model.metadata, include_object=declared, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()


run()
